/**
 * The bench: `npm run bench -- [--quick] [--peers] [--json FILE] [--only SECTION]`. Servers on the first
 * processor, the load on the second, everything in one run, so that the ratios hold whatever the machine's mood is.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openConnection } from './http-client.ts';
import { installToolbox } from './install-toolbox.ts';
import { type Figures, measure } from './measure.ts';
import { contactCount } from './records.ts';
import { type Line, median, type Section, table, together } from './report.ts';
import { call, type Kind, requests } from './requests.ts';
import { type BenchServer, startServer } from './start-server.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    pinned: { type: 'boolean', default: false },
  },
});

if (!options.pinned) {
  const again = spawnSync('taskset', ['-c', '1', process.execPath, ...process.argv.slice(1), '--pinned'], {
    stdio: 'inherit',
  });
  process.exit(again.status ?? 1);
}

const duration = options.quick ? 1500 : 5000;
const rounds = options.quick ? 1 : 3;
const connections = 32;
/** One load of one kind on a running server. Requests are prepared first, so that making them is not measured. */
async function run(
  server: BenchServer,
  kind: Kind,
  { key = server.about.key, share = 1 }: { key?: string | undefined; share?: number } = {},
): Promise<Figures> {
  const keyed = { ...server, about: { ...server.about, ...(key !== undefined && { key }) } };
  const prepared = Array.from({ length: 2000 }, (_, index) => requests[kind].of(keyed, index * 37));
  let turn = 0;
  return measure({
    url: server.url,
    pid: server.pid,
    next: () => prepared[turn++ % prepared.length] as Buffer,
    isExpected: requests[kind].isExpected,
    connections: Math.ceil(connections / share),
    duration,
  });
}

function gatehouse(
  settings: { store?: string; records?: number; keys?: number; permissions?: number; join?: string } = {},
) {
  return startServer('gatehouse', [
    JSON.stringify({ store: 'sqlite', records: contactCount, keys: 10, permissions: 10, ...settings }),
  ]);
}

const sections: Record<string, () => Promise<Section>> = {
  /**
   * Rounds in turn, so that a drift of the machine reaches all of them; every round in processes of its own, because two
   * processes of one program can differ by a tenth for as long as they run.
   */
  async read() {
    const servers: { label: string; start: () => Promise<BenchServer>; kind: Kind }[] = [
      { label: 'stock SDK, unguarded, in memory', start: () => startServer('stock'), kind: 'read' },
      { label: 'Gatehouse, everything on, SQLite', start: () => gatehouse(), kind: 'read' },
    ];
    if (process.env.MONGODB_URI) {
      servers.push({
        label: 'Gatehouse, everything on, MongoDB',
        start: () => gatehouse({ store: 'mongodb' }),
        kind: 'read',
      });
    }
    if (options.peers) {
      const start = () => startServer('toolbox', [installToolbox()]);
      servers.push({ label: 'MCP Toolbox, SQLite, token check only', start, kind: 'peer read' });
    }
    const runs = new Map(servers.map(({ label }) => [label, [] as Figures[]]));
    for (let round = 0; round < rounds; round++) {
      for (const { label, start, kind } of servers) {
        const server = await start();
        runs.get(label)?.push(await run(server, kind));
        await server.stop();
      }
    }
    return { title: 'read of one record, 32 connections', lines: lines(runs) };
  },

  /** The same load on one instance, and spread over three of them, on one database. */
  async instances() {
    const count = 3;
    if (!process.env.MONGODB_URI) return { title: 'instances: left out, MONGODB_URI is not set', lines: [] };
    const first = await gatehouse({ store: 'mongodb' });
    const { uri = '', key } = first.about;
    const others = await Promise.all(
      Array.from({ length: count - 1 }, () => gatehouse({ store: 'mongodb', join: uri })),
    );
    const all = [first, ...others];
    const runs = { one: [] as Figures[], three: [] as Figures[] };
    for (let round = 0; round < rounds; round++) {
      runs.one.push(await run(first, 'read'));
      const parts = await Promise.all(all.map(server => run(server, 'read', { key, share: count })));
      runs.three.push(together(parts));
    }
    for (const server of all.toReversed()) await server.stop();
    const labelled = new Map([
      ['read, one instance', runs.one],
      [`read, spread over ${count} instances`, runs.three],
    ]);
    return { title: 'one and several instances on one MongoDB, 32 connections in all', lines: lines(labelled) };
  },

  /** The same call by an API key and by an access token that is known after its first use. */
  async credentials() {
    const server = await gatehouse();
    const runs = new Map<string, Figures[]>([
      ['read by API key', []],
      ['read by access token', []],
    ]);
    for (let round = 0; round < rounds; round++) {
      runs.get('read by API key')?.push(await run(server, 'read'));
      runs.get('read by access token')?.push(await run(server, 'read', { key: server.about.token }));
    }
    await server.stop();
    return { title: 'kinds of credential, SQLite', lines: lines(runs) };
  },

  /** What is refused beside what is allowed, from the cheapest call there is to a search and a change. */
  async refusals() {
    const server = await gatehouse();
    const kinds = {
      allowed: ['read', 'search', 'write'],
      refused: ['no key', 'mistyped key', 'missing scope', 'unknown model', 'forbidden model'],
    } as const;
    const labelled = Object.entries(kinds).flatMap(([how, all]) =>
      all.map(kind => ({ label: `${how}: ${kind}`, kind })),
    );
    const runs = new Map(labelled.map(({ label }) => [label, [] as Figures[]]));
    for (let round = 0; round < rounds; round++) {
      for (const { label, kind } of labelled) runs.get(label)?.push(await run(server, kind));
    }
    await server.stop();
    return { title: 'refusals beside allowed calls, SQLite', lines: lines(runs) };
  },

  async growth() {
    const runs = new Map<string, Figures[]>();
    for (const count of options.quick ? [10, 1000] : [10, 1000, 100_000]) {
      const server = await gatehouse({ keys: count, permissions: count });
      runs.set(`read with ${count} keys and permissions`, [await run(server, 'read')]);
      await server.stop();
    }
    return { title: 'growing numbers of keys and permissions, SQLite', lines: lines(runs) };
  },

  async search() {
    const runs = new Map<string, Figures[]>();
    for (const count of options.quick ? [10_000] : [10_000, 100_000, 1_000_000]) {
      const server = await gatehouse({ records: count });
      runs.set(`search by an indexed field, ${count} records`, [await run(server, 'search')]);
      await server.stop();
    }
    return { title: 'search, 20 of many, SQLite', lines: lines(runs) };
  },

  /** A caller that keeps aggregating over everything, beside 32 that read. */
  async beside() {
    const server = await gatehouse({ records: options.quick ? 100_000 : 1_000_000 });
    const runs = new Map([['read alone', [await run(server, 'read')]]]);
    const args = { model: 'bench.contact', groupBy: ['city'], measures: ['employees:sum'], limit: 20 };
    const aggregate = call(server, 'aggregate', args, server.about.key);
    let isOver = false;
    const slow = (async () => {
      const connection = await openConnection(server.url);
      let answered = 0;
      while (!isOver) {
        const answer = await connection.send(aggregate);
        if (answer.status !== 200) throw new Error(`aggregate: ${answer.body.slice(0, 300)}`);
        answered++;
      }
      connection.close();
      return answered;
    })();
    const figures = await run(server, 'read');
    isOver = true;
    runs.set(`read beside ${await slow} aggregates over every record`, [figures]);
    await server.stop();
    return { title: 'quick reads beside a slow scan, SQLite', lines: lines(runs) };
  },
};

function lines(runs: ReadonlyMap<string, readonly Figures[]>): Line[] {
  return Array.from(runs, ([label, figures]) => ({ label, figures: median(figures) }));
}

const results: Section[] = [];
for (const [name, section] of Object.entries(sections)) {
  if (options.only && options.only !== name) continue;
  const result = await section();
  results.push(result);
  console.log(table(result));
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
