import type { Trial, TrialCaller } from '../../pipeline/try-call.ts';
import { kernelVersion } from '../../plugin/plugin-graph.ts';
import { normalizedAddress } from '../../server/client-address.ts';
import { cliErrors } from '../errors.ts';
import type { TrialHouse } from './trial-house.ts';

/** A call to be tried. */
export interface Attempt {
  readonly caller: TrialCaller;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Where it comes from. Default 127.0.0.1. */
  readonly ip?: string | undefined;
  /** When it comes, ms since the epoch. Default now. */
  readonly at?: number | undefined;
}

/** Tries a call of a tool as a client over HTTP would make it. Throws TRIAL_INVALID for what is no address. */
export function attempt({ app }: TrialHouse, input: Attempt): Promise<Trial> {
  const { caller, tool, args, ip = '127.0.0.1', at } = input;
  const address = normalizedAddress(ip);
  if (address === undefined) throw cliErrors.TRIAL_INVALID({ message: `${ip} is no IP address.` });
  return app.tryCall({
    caller,
    ...(at !== undefined && { at }),
    message: {
      transport: 'http',
      era: 'modern',
      protocolVersion: '2026-07-28',
      method: 'tools/call',
      params: { name: tool, arguments: args },
      client: { name: 'gatehouse policy', version: kernelVersion, userAgent: '', sessionId: undefined },
      address,
      presented: undefined,
      traceparent: undefined,
    },
  });
}

/** A time given by a person, in ms since the epoch. Throws TRIAL_INVALID. */
export function timeOf(text: string): number {
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw cliErrors.TRIAL_INVALID({ message: `Expected a time such as 2026-01-31T22:00:00Z, not "${text}".` });
}

/** Where a trial was refused; undefined: nowhere. */
export function refusalOf({ steps }: Trial) {
  const last = steps.at(-1);
  return last?.error && { stage: last.stage, by: last.by, error: last.error };
}
