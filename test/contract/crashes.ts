import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { everything, type Harness, openContractStore, person, tag } from './harness.ts';

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
const rounds = [40, 300, 900];

/** A process is killed in the middle of its writes. */
export function crashes(harness: Harness): void {
  describe('kill -9', () => {
    test.each(rounds)(
      `${verifies('STORE-2')} after %i acknowledged writes: none is lost, none is half there`,
      { timeout: 120_000 },
      async lines => {
        const data = `crash${lines}`;
        const acknowledged = await killAfter({ location: harness.location(data), lines });
        expect(acknowledged.length).toBeGreaterThanOrEqual(lines);

        const store = await openContractStore(harness, { data });
        const ids = async (model: string) =>
          new Set((await store.find({ model, where: everything, fields: [] })).map(row => row.id));
        const [people, tags] = [await ids(person), await ids(tag)];
        for (const id of acknowledged) expect(people).toContain(id);
        // The child writes a person and a tag with the same id together, where that can be all or nothing.
        if (store.capabilities.transactions) expect(tags).toEqual(people);
        const found = await store.find({ model: person, where: { kind: 'words', fields: ['name'], words: ['crash'] } });
        const named = new Set(found.map(row => row.id));
        // More, where what a killed process had sent to a database server is stored after its end.
        expect([...people].filter(row => !named.has(row))).toEqual([]);
        if (store.capabilities.transactions) expect(named).toEqual(people);
        await store.ping();
        await store.close();
      },
    );
  });
}

/** Runs the child until it has acknowledged so many writes, kills it, and returns all that it acknowledged. */
async function killAfter({ location, lines }: { location: string; lines: number }): Promise<string[]> {
  const running = spawn(process.execPath, [child], {
    env: { ...process.env, STORE: location },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(running, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === lines) running.kill('SIGKILL');
  }
  const [, signal] = await ended;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}
