import { all, equals, hasCode, not, type Runtime, type StoredValue } from '../../../src/index.ts';
import { genesis, type Place } from './chain.ts';
import { type Head, type HeadKind, headRow, type Removed, readTip, type Tip, tipRow } from './head.ts';
import type { Signer } from './signer.ts';

/** Writes down how far one chain has come: its tip, which moves, and its heads, which stay. One write at a time. */
export interface ChainRecord {
  /** The chain is known from here on; no entry may be stored before. Done once, and again where it failed. */
  begin(): Promise<void>;
  /** Entries up to here are durable. */
  advance(place: Place): void;
  /** Brings the tip up to date, where the chain has moved. */
  note(): Promise<void>;
  head(kind: Exclude<HeadKind, 'begin'>, more?: { attempted?: number; removed?: readonly Removed[] }): Promise<void>;
  /** How far it has come: its newest entry and its newest head. */
  tip(): Tip;
  /** ISO 8601, of the newest head; undefined before the first. */
  lastHeadAt(): string | undefined;
}

type HeadRow = Readonly<Record<string, StoredValue>> & { readonly id: string };

const heads = 'security.audit-head';
const tips = 'security.audit-tip';

export function createChainRecord(parts: { runtime: Runtime; signer: Signer | undefined; chain: string }): ChainRecord {
  const { runtime, signer, chain } = parts;
  const { store } = runtime;
  let place: Place = { sequence: 0, hash: genesis };
  let newest = { head: 0, headHash: genesis, time: undefined as string | undefined };
  let isBegun = false;
  /** Written, for all that is known, but not confirmed: written again as it is, so that there are no two of it. */
  let pending: { row: HeadRow; newest: typeof newest } | undefined;
  /** The entry that the stored tip names; undefined: a write of it failed, and nobody knows. */
  let noted: number | undefined;
  let turn: Promise<void> = Promise.resolve();

  function inTurn(run: () => Promise<void>): Promise<void> {
    const done = turn.then(run);
    turn = done.catch(() => {});
    return done;
  }

  const time = (): string => new Date(runtime.now()).toISOString();
  const tip = (): Tip => ({ chain, ...place, head: newest.head, headHash: newest.headHash });

  async function otherTips(): Promise<Tip[]> {
    const rows = await store.find({ model: tips, where: not(equals('id', chain)) });
    return rows.flatMap(row => readTip(row, signer)?.tip ?? []);
  }

  async function writeHead(kind: HeadKind, more: { attempted?: number; removed?: readonly Removed[] }): Promise<void> {
    const { attempted = null, removed = [] } = more;
    const others = await otherTips();
    const head: Omit<Head, 'headHash'> = {
      kind,
      time: time(),
      chain,
      head: newest.head + 1,
      previous: newest.headHash,
      ...place,
      attempted,
      others,
      removed,
    };
    const { row, headHash } = headRow(head, signer);
    pending = { row: { ...row, id: runtime.newId() }, newest: { head: head.head, headHash, time: head.time } };
    await finishHead();
  }

  async function finishHead(): Promise<void> {
    if (!pending) return;
    await insertOnce(heads, pending.row);
    newest = pending.newest;
    pending = undefined;
    await writeTip();
  }

  async function insertOnce(model: string, row: HeadRow): Promise<void> {
    try {
      await store.write([{ kind: 'insert', model, row }]);
    } catch (thrown) {
      if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    }
  }

  async function writeTip(): Promise<void> {
    const expected = noted;
    const set = tipRow(tip(), time(), signer);
    const isOurs =
      expected === undefined ? equals('id', chain) : all(equals('id', chain), equals('sequence', expected));
    noted = undefined;
    const [written] = await store.write([{ kind: 'update', model: tips, where: isOurs, set }]);
    if (written?.matched !== 1) {
      runtime.log.error({ chain, expected }, 'the tip of the audit log was changed or removed by somebody else');
      await store.write([{ kind: 'update', model: tips, where: equals('id', chain), set }]);
      await insertOnce(tips, { id: chain, ...set });
    }
    noted = Number(set.sequence);
  }

  return {
    begin() {
      if (isBegun) return Promise.resolve();
      return inTurn(async () => {
        if (isBegun) return;
        // The tip first: a chain of which there is a tip and nothing else has simply not begun.
        await insertOnce(tips, { id: chain, ...tipRow(tip(), time(), signer) });
        noted = 0;
        await (pending ? finishHead() : writeHead('begin', {}));
        isBegun = true;
      });
    },
    advance(reached) {
      place = reached;
    },
    note: () =>
      inTurn(async () => {
        if (!isBegun) return;
        if (pending) await finishHead();
        else if (noted !== place.sequence) await writeTip();
      }),
    head: (kind, more = {}) =>
      inTurn(async () => {
        const isThere = pending?.row.kind === kind && kind !== 'retention';
        await finishHead();
        if (!isThere) await writeHead(kind, more);
      }),
    tip,
    lastHeadAt: () => newest.time,
  };
}
