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
  /** Whether the principal's credential may have one more. */
  hasRoom(principal: Principal): boolean;
  /** Returns how to take it out again. */
  add(stream: LiveStream): () => void;
  /** Puts every stream's credential through the guards again. */
  recheck(): Promise<void>;
  endAll(): void;
}

/** Streams of one credential at a time, on this instance: nobody takes up all that there is room for. */
export const maxStreams = 100;

export function createLiveStreams(gate: Gate): LiveStreams {
  const open = new Set<LiveStream>();
  return {
    hasRoom({ credential }) {
      let own = 0;
      for (const { principal } of open) if (principal.credential.id === credential.id) own += 1;
      return own < maxStreams;
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
