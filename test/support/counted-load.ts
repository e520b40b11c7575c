import { always } from '../../src/store/condition.ts';
import type { Instances } from './instances.ts';
import { auditOf, keyOf } from './people.ts';
import { callTool } from './raw-client.ts';

/** Callers of which every answer is counted. */
export interface CountedLoad {
  /** What came back so far: HTTP statuses, and 0 for calls that broke off without an answer. */
  readonly statuses: readonly number[];
  /** Answers of one server so far that were no refusals. */
  answeredBy(url: string): number;
  /** Lets every caller finish the call that it is in. */
  end(): Promise<void>;
  /** The answered calls of which the log has no entry. */
  unlogged(): Promise<string[]>;
}

/** Callers that read records over and over, each call on the next server, until they are told to end. */
export async function startCountedLoad({ app, servers }: Instances, callers: number): Promise<CountedLoad> {
  const key = await keyOf({ app }, 'admin');
  const lines = await app.runtime.store.find({ model: 'sale.order.line', where: always, fields: [] });
  const ids = lines.map(({ id }) => `sale.order.line/${id}`);
  const statuses: number[] = [];
  const answered: { url: string; records: string }[] = [];
  let isOver = false;
  let turn = 0;

  /** Two records that no other call reads together, so that they mark the call. */
  function pair(call: number): [string, string] {
    const distance = 1 + Math.floor(call / ids.length);
    const [first, second] = [ids[call % ids.length], ids[(call + distance) % ids.length]];
    if (first === undefined || second === undefined || distance >= ids.length / 2) throw new Error('too few records');
    return [first, second];
  }

  const calling = Array.from({ length: callers }, async () => {
    while (!isOver) {
      const call = turn++;
      const records = pair(call);
      const { url } = servers[call % servers.length] ?? { url: '' };
      const answer = await callTool(url, 'read', { ids: records }, { key }).catch(() => undefined);
      statuses.push(answer?.status ?? 0);
      if (answer?.status === 200 && answer.json?.result?.isError !== true) {
        answered.push({ url, records: records.join() });
      } else await new Promise(resolve => setTimeout(resolve, 20));
    }
  });

  return {
    statuses,
    answeredBy: url => answered.filter(answer => answer.url === url).length,
    async end() {
      isOver = true;
      await Promise.all(calling);
    },
    async unlogged() {
      const entries = await auditOf({ app }, 1_000_000);
      const logged = new Set(entries.map(({ record_ids }) => (Array.isArray(record_ids) ? record_ids.join() : '')));
      return answered.map(({ records }) => records).filter(records => !logged.has(records));
    },
  };
}
