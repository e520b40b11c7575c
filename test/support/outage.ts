import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { always } from '../../src/store/condition.ts';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from './people.ts';
import { callTool, type RawAnswer } from './raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from './start-gatehouse.ts';
import type { TestStore } from './stores.ts';

/** A database server that can be taken away and brought back. */
export interface Outage {
  stop(): Promise<void>;
  resume(): Promise<void>;
}

/** What an outage of the database may and may not do, whatever causes it. `open` gives a store behind `outage`. */
export function describeOutage(
  title: string,
  input: { open: () => Promise<{ store: TestStore; outage: Outage }> },
): void {
  describe(`${verifies('STORE-2')} ${title}`, () => {
    let store: TestStore;
    let outage: Outage;
    let gatehouse: TestGatehouse;
    let key: string;
    const ids: string[] = [];

    beforeAll(async () => {
      ({ store, outage } = await input.open());
      gatehouse = await startGatehouse({ config: exampleWith(store) });
      key = await keyOf(gatehouse, 'admin');
      const tags = await gatehouse.app.runtime.store.find({
        model: 'crm.tag',
        where: always,
        limit: 5,
      });
      ids.push(...tags.map(({ id }) => `crm.tag/${id}`));
      expect((await read()).status).toBe(200);
    }, 120_000);

    afterAll(async () => {
      await gatehouse.stop();
      await store.drop();
    }, 120_000);

    const read = () => callTool(gatehouse.url, 'read', { ids: [ids[0]] }, { key });
    const rename = (name: string) => callTool(gatehouse.url, 'write', { ids: [ids[1]], values: { name } }, { key });

    test('calls are refused while it lasts, nothing is half-written, and service resumes by itself', {
      timeout: 120_000,
    }, async () => {
      const answers: RawAnswer[] = [];
      /** Of the renames that were confirmed, the last. */
      let renamed = -1;
      let isOver = false;
      const callers = Array.from({ length: 8 }, async (_, caller) => {
        for (let turn = 0; !isOver; turn++) {
          const answer = await (caller === 0 ? rename(`Name ${turn}`) : read());
          answers.push(answer);
          if (caller === 0 && isDone(answer)) renamed = turn;
          await new Promise(resolve => setTimeout(resolve, 20));
        }
      });
      await until(() => answers.length > 50 && renamed > 0);
      await outage.stop();
      const beforeOutage = answers.length;
      await until(() => answers.slice(beforeOutage).filter(({ status }) => status === 503).length >= 8);
      const during = await read();
      expect([during.status, during.json?.error?.data?.code]).toEqual([503, expect.stringMatching(/UNAVAILABLE/)]);
      expect(during.text).not.toMatch(/mongo|127\.0\.0\.1|ECONN|sqlite/i);
      await outage.resume();
      await expect.poll(async () => (await read()).status, { timeout: 30_000, interval: 200 }).toBe(200);
      isOver = true;
      await Promise.all(callers);

      // Every answer is a whole one or a refusal; what was confirmed is in the log, and no confirmed rename is lost.
      const statuses = new Set(answers.map(({ status }) => status));
      expect([...statuses].filter(status => ![200, 503].includes(status))).toEqual([]);
      const entries = await auditOf(gatehouse, 100_000);
      const confirmed = answers.filter(isDone).length;
      expect(entries.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThanOrEqual(confirmed);
      const [tag] = await gatehouse.app.runtime
        .system('test')
        .of('crm.tag')
        .read([ids[1] ?? '']);
      expect(renamed).toBeGreaterThan(0);
      expect(Number(/^Name (\d+)$/.exec(String(tag?.values.name))?.[1])).toBeGreaterThanOrEqual(renamed);
    });
  });
}

function isDone({ status, json }: RawAnswer): boolean {
  return status === 200 && json?.result !== undefined && !json.result.isError;
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise(resolve => setTimeout(resolve, 20));
}
