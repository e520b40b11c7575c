/** Characters of JSON that a session keeps at most; older events cannot be asked for again. */
const capacity = 262_144;

/**
 * What a session's streams have sent lately, so that a client whose connection broke can take up where it was
 * (`Last-Event-ID`). In memory, with the session, and gone with it.
 */
export function sessionEvents<Message extends object>() {
  const events: { id: string; stream: string; message: Message; size: number }[] = [];
  let count = 0;
  let kept = 0;
  return {
    async storeEvent(stream: string, message: Message): Promise<string> {
      count += 1;
      const event = { id: `${stream}_${count}`, stream, message, size: JSON.stringify(message).length };
      events.push(event);
      kept += event.size;
      while (kept > capacity) kept -= events.shift()?.size ?? kept;
      return event.id;
    },
    async getStreamIdForEventId(id: string): Promise<string | undefined> {
      return events.find(event => event.id === id)?.stream;
    },
    async replayEventsAfter(
      lastId: string,
      { send }: { send: (id: string, message: Message) => Promise<void> },
    ): Promise<string> {
      const from = events.findIndex(({ id }) => id === lastId);
      const stream = events[from]?.stream ?? '';
      for (const event of events.slice(from + 1)) {
        // The first event of a stream is empty: it only carries an id.
        if (event.stream === stream && Object.keys(event.message).length > 0) await send(event.id, event.message);
      }
      return stream;
    },
  };
}
