import type { Gate, InboundMessage, Refusal } from '../pipeline/gate.ts';

/** An answer that goes on for as long as both sides like. */
export interface LiveStream {
  /** What opened it; its credential is what the stream lives on. */
  readonly message: InboundMessage;
  end(): void;
}

/** The open streams. A stream ends when the credential that opened it would no longer be let in. */
export interface LiveStreams {
  /** Returns how to take it out again. */
  add(stream: LiveStream): () => void;
  /** Puts every stream's credential through the guards again; a check counts as a call against its rate limit. */
  recheck(): Promise<void>;
  endAll(): void;
}

export function createLiveStreams(gate: Gate): LiveStreams {
  const open = new Set<LiveStream>();
  return {
    add(stream) {
      open.add(stream);
      return () => open.delete(stream);
    },
    async recheck() {
      for (const stream of [...open]) {
        const call = gate.receive({ ...stream.message, method: 'session/recheck', params: {} });
        const refusal = await gate.admit(call);
        if (refusal && endsStreams(refusal)) stream.end();
      }
    },
    endAll() {
      for (const stream of open) stream.end();
    },
  };
}

/** A rate limit passes by itself, and so does a database that is away: neither says that the credential is gone. */
function endsStreams({ stage, error }: Refusal): boolean {
  return stage !== 'rate' && error.status < 500;
}
