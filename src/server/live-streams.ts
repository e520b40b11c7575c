import type { Principal } from '../model/principal.ts';
import type { Gate, InboundMessage } from '../pipeline/gate.ts';

/** An answer that goes on for as long as both sides like. */
export interface LiveStream {
  /** What opened it; its credential is what the stream lives on. */
  readonly message: InboundMessage;
  readonly principal: Principal;
  end(): void;
}

/** The open streams. A stream ends when the credential that opened it would no longer be let in. */
export interface LiveStreams {
  /**
   * A place for one more stream that stays open, of the principal's credential; undefined: it has as many as it may
   * have. Returns how to give it back.
   */
  takePlace(principal: Principal): (() => void) | undefined;
  /** Returns how to take it out again. */
  add(stream: LiveStream): () => void;
  /** Puts every stream's credential through the guards again. */
  recheck(): Promise<void>;
  endAll(): void;
}

/** Places of one credential at a time, on this instance: nobody takes up all that there is room for. */
export const maxStreams = 100;

export function createLiveStreams(gate: Gate): LiveStreams {
  const open = new Set<LiveStream>();
  /** Places that are taken, by credential. */
  const places = new Map<string, number>();
  return {
    takePlace({ credential: { kind, id } }) {
      const owner = `${kind} ${id}`;
      const taken = places.get(owner) ?? 0;
      if (taken >= maxStreams) return undefined;
      places.set(owner, taken + 1);
      return () => {
        const left = (places.get(owner) ?? 1) - 1;
        if (left > 0) places.set(owner, left);
        else places.delete(owner);
      };
    },
    add(stream) {
      open.add(stream);
      return () => open.delete(stream);
    },
    async recheck() {
      for (const stream of [...open]) {
        const refusal = await gate.recheck(gate.receive({ ...stream.message, method: 'session/recheck', params: {} }));
        // A database that is away says nothing about the credential.
        if (refusal && refusal.error.status < 500) stream.end();
      }
    },
    endAll() {
      for (const stream of open) stream.end();
    },
  };
}
