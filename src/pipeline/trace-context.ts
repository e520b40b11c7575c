/** Which trace a call belongs to, and where in it, as its client says (W3C Trace Context, section 3.2). */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zeros. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zeros: the client's span. */
  readonly parentId: string;
  /** Bit 0: sampled. */
  readonly flags: number;
}

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent`; undefined where it is none: then there is no trace, and nothing is refused (section 3.2.2.6).
 * Of versions to come, only what version 00 has (section 3.2.4).
 */
export function parseTraceparent(text: unknown): TraceContext | undefined {
  const [, version, traceId, parentId, flags, more] = (typeof text === 'string' && shape.exec(text)) || [];
  if (version === undefined || traceId === undefined || parentId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return { traceId, parentId, flags: Number.parseInt(flags, 16) & 1 };
}

/**
 * The `traceparent` for what a call causes elsewhere. Gatehouse records no spans of its own, so that is the client's span
 * still, as it was sent.
 */
export function formatTraceparent({ traceId, parentId, flags }: TraceContext): string {
  return `00-${traceId}-${parentId}-0${flags}`;
}
