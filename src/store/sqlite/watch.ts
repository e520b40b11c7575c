import type { PointReader } from './point-reader.ts';

const interval = 250;

/** Tells its listeners when any process has written to a watched model, by looking at one row every 250 ms. */
export interface Watch {
  add(listener: () => void): () => void;
  close(): void;
}

export function watchSequence({ reader, log }: { reader: PointReader; log: (message: string) => void }): Watch {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let seen: number | undefined;

  function current(): number | undefined {
    try {
      return Number(
        reader.rows({ sql: `SELECT "value" FROM "$sequence" WHERE "name" = 'watched'`, params: [] })[0]?.[0] ?? 0,
      );
    } catch (error) {
      // Whoever reads or writes is told that the database is away; the next look finds what was missed.
      log(`watch: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  function look(): void {
    const value = current();
    if (value === undefined || value === seen) return;
    seen = value;
    for (const listener of [...listeners]) listener();
  }

  function close(): void {
    clearInterval(timer);
    timer = undefined;
    listeners.clear();
  }

  return {
    add(listener) {
      // Its own object, so that the same function can listen twice.
      const own = () => listener();
      if (!timer) {
        seen = current();
        timer = setInterval(look, interval);
        timer.unref();
      }
      listeners.add(own);
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) close();
      };
    },
    close,
  };
}
