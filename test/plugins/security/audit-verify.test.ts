import { describe, expect, test } from 'vitest';
import type { AuditLog } from '../../../plugins/security/audit/audit-log.ts';
import { entryHash, genesis } from '../../../plugins/security/audit/chain.ts';
import { createSigner } from '../../../plugins/security/audit/signer.ts';
import { always, equals, type Row } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type AuditLogs, entryModel, headModel, tipModel, withAuditLogs } from './audit-logs.ts';
import type { House } from './house.ts';

describeOnStores('audit verify', open => {
  let house: House;
  let logs: AuditLogs;

  withAuditLogs(open, made => {
    ({ house, logs } = made);
  });

  /** An instance that has stopped, and one that runs and has noted how far it is. */
  async function twoChains(): Promise<{ first: Row[]; second: Row[]; running: AuditLog }> {
    const stopped = logs.open();
    await logs.fill(stopped, 12);
    await stopped.close();
    const [{ chain } = { chain: '' }] = await logs.entries();
    const running = logs.open();
    await logs.fill(running, 9);
    await running.note();
    const entries = await logs.entries();
    return {
      first: entries.filter(row => row.chain === chain),
      second: entries.filter(row => row.chain !== chain),
      running,
    };
  }

  const kinds = async () => (await logs.verify()).faults.map(({ kind, sequence }) => [kind, sequence]);

  test(`${verifies('AUD-3')} finds nothing wrong with what was written`, async () => {
    await twoChains();
    expect(await logs.verify()).toMatchObject({
      isWhole: true,
      entries: 21,
      chains: 2,
      heads: 3,
      signature: 'unsigned',
      unproven: [],
      faults: [],
    });
  });

  test('says how many entries no head knows of yet', async () => {
    const { running } = await twoChains();
    await logs.fill(running, 4);
    expect(await logs.verify()).toMatchObject({ isWhole: true, unproven: [{ entries: 4 }] });
  });

  test('an empty log is whole', async () => {
    expect(await logs.verify()).toMatchObject({ isWhole: true, entries: 0, chains: 0 });
  });

  test(`${verifies('AUD-3')} finds an edit of any field, and where`, async () => {
    const { first } = await twoChains();
    const target = first[5] as Row;
    const names = Object.keys(target).filter(name => !['id', 'version'].includes(name));
    expect(names).toContain('unlisted');
    for (const name of names) {
      const before = target[name] ?? null;
      const after =
        typeof before === 'number' ? before + 1 : Array.isArray(before) || isJson(name) ? ['x'] : `${before ?? ''}x`;
      await logs.change(entryModel, target, { [name]: after });
      const { faults } = await logs.verify();
      expect(faults.length, name).toBeGreaterThan(0);
      if (!['chain', 'sequence'].includes(name)) {
        expect(faults[0], name).toMatchObject({
          chain: target.chain,
          sequence: 6,
          callId: expect.stringContaining(String(target.call_id)),
        });
      }
      await logs.remove(entryModel, target);
      await logs.insert(entryModel, target);
    }
    expect(await kinds()).toEqual([]);
  });

  test.each([
    [1, 0, /^Its one entry is gone; the tip of .* tells of it\.$/],
    [2, 0, /^All 2 entries are gone; the tip of .* tells of them\.$/],
    [2, 1, /^1 entry was cut off at the end; the tip of .* tells of it\.$/],
    [3, 1, /^2 entries were cut off at the end; the tip of .* tells of them\.$/],
  ])('of %i entries with %i left it says so', async (written, left, message) => {
    const log = logs.open();
    await logs.fill(log, written);
    await log.close();
    await logs.remove(entryModel, ...(await logs.entries()).slice(left));
    expect((await logs.verify()).faults.map(fault => fault.message)).toEqual([expect.stringMatching(message)]);
  });

  test.each<[string, (rows: Row[]) => Promise<void>, unknown[]]>([
    ['an entry deleted', async rows => logs.remove(entryModel, at(rows, 5)), [['missing', 6]]],
    ['the first deleted', async rows => logs.remove(entryModel, at(rows, 0)), [['missing', 1]]],
    ['several deleted', async rows => logs.remove(entryModel, ...rows.slice(3, 6)), [['missing', 4]]],
    ['the last deleted', async rows => logs.remove(entryModel, at(rows, 11)), [['tail-cut', 12]]],
    ['the tail deleted', async rows => logs.remove(entryModel, ...rows.slice(4)), [['tail-cut', 5]]],
    ['the whole chain deleted', async rows => logs.remove(entryModel, ...rows), [['chain-missing', 1]]],
    [
      'two swapped',
      async rows => {
        await logs.change(entryModel, at(rows, 3), { sequence: 8 });
        await logs.change(entryModel, at(rows, 7), { sequence: 4 });
      },
      [
        ['reordered', 4],
        ['reordered', 8],
      ],
    ],
    [
      'two neighbours swapped',
      async rows => {
        await logs.change(entryModel, at(rows, 3), { sequence: 5 });
        await logs.change(entryModel, at(rows, 4), { sequence: 4 });
      },
      [
        ['reordered', 4],
        ['reordered', 5],
      ],
    ],
    [
      'one duplicated',
      async rows => logs.insert(entryModel, { ...at(rows, 3), id: 'f'.repeat(24) }),
      [['duplicate', 4]],
    ],
    [
      'one changed and its hash with it',
      async rows => rewrite(rows.slice(3, 4), { user_login: 'mallory' }),
      [['replaced', 5]],
    ],
    [
      'all from the middle on written anew',
      async rows => rewrite(rows.slice(5), { user_login: 'mallory' }),
      [['rewritten', 12]],
    ],
    [
      'one put out of every chain',
      async rows => logs.change(entryModel, at(rows, 3), { chain: null }),
      [
        ['missing', 4],
        ['stray', null],
      ],
    ],
    [
      'one put at place 0',
      async rows => logs.change(entryModel, at(rows, 3), { sequence: 0 }),
      [
        ['missing', 4],
        ['stray', null],
      ],
    ],
    [
      'one added after the end',
      async rows => {
        const last = at(rows, 11);
        const forged = { ...last, id: 'e'.repeat(24), sequence: 13, previous: String(last.hash) };
        await logs.insert(entryModel, { ...forged, hash: entryHash(forged) });
      },
      [['stray', 13]],
    ],
    [
      'a chain made up',
      async rows => {
        const forged = { ...at(rows, 0), id: 'e'.repeat(24), chain: 'd'.repeat(24), sequence: 1, previous: genesis };
        await logs.insert(entryModel, { ...forged, hash: entryHash(forged) });
      },
      [['head-missing', null]],
    ],
  ])(`${verifies('AUD-3')} finds %s`, async (_, attack, expected) => {
    const { first } = await twoChains();
    await attack(first);
    expect(await kinds()).toEqual(expected);
  });

  describe('the tail of a log that runs, or whose instance was killed', () => {
    test(`${verifies('AUD-3')} is missed as soon as the tip tells of it`, async () => {
      const { second } = await twoChains();
      await logs.remove(entryModel, ...second.slice(6));
      expect(await kinds()).toEqual([['tail-cut', 7]]);
    });

    test('is missed where the tip is cut as well, because a head names it', async () => {
      const { second, running } = await twoChains();
      house.clock.now += 86_400_000;
      await running.note();
      await logs.remove(entryModel, ...second.slice(6));
      const [tip] = await logs.store.find({ model: tipModel, where: equals('id', String(second[0]?.chain)) });
      await logs.change(tipModel, tip as Row, { sequence: 6, entry_hash: second[5]?.hash ?? null });
      expect(await kinds()).toEqual([['tail-cut', 7]]);
    });

    test('is missed because another instance names it, where its own heads and tip are gone', async () => {
      const { first } = await twoChains();
      const chain = String(first[0]?.chain);
      await logs.remove(entryModel, ...first);
      await logs.store.write([{ kind: 'remove', model: headModel, where: equals('chain', chain) }], { atomic: false });
      await logs.store.write([{ kind: 'remove', model: tipModel, where: equals('id', chain) }], { atomic: false });
      expect((await logs.verify()).faults.map(({ kind, chain: where }) => [kind, where])).toEqual([
        ['head-missing', chain],
        ['head-missing', chain],
        ['head-missing', chain],
        ['chain-missing', chain],
      ]);
    });
  });

  describe('heads', () => {
    const headsOf = async (chain: unknown) =>
      logs.store.find({
        model: headModel,
        where: equals('chain', String(chain)),
        order: [{ field: 'number', descending: false }],
      });

    test(`${verifies('AUD-3')} of every kind are checked field by field`, async () => {
      const { first } = await twoChains();
      const [, head] = await headsOf(first[0]?.chain);
      if (!head) throw new Error('no head');
      for (const name of [
        'time',
        'kind',
        'chain',
        'number',
        'previous',
        'sequence',
        'entry_hash',
        'others',
        'removed',
        'hash',
        'attempted',
        'signature',
      ]) {
        const before = head[name] ?? null;
        const after =
          typeof before === 'number' || name === 'attempted'
            ? Number(before) + 1
            : isJson(name)
              ? [['x']]
              : `${before ?? ''}0`;
        await logs.change(headModel, head, { [name]: after });
        expect(
          (await logs.verify()).faults.map(({ kind }) => kind),
          name,
        ).toContain('head-forged');
        await logs.remove(headModel, head);
        await logs.insert(headModel, head);
      }
      expect(await kinds()).toEqual([]);
    });

    test('that are gone are missed', async () => {
      const { first } = await twoChains();
      const [begin, stop] = await headsOf(first[0]?.chain);
      await logs.remove(headModel, begin as Row);
      expect((await logs.verify()).faults).toMatchObject([{ kind: 'head-missing', head: 1 }]);
      await logs.insert(headModel, begin as Row);
      await logs.remove(headModel, stop as Row);
      expect((await logs.verify()).faults).toMatchObject([{ kind: 'head-missing', head: 2 }]);
    });

    test('and a tip that is gone is missed', async () => {
      const { first } = await twoChains();
      await logs.store.write([{ kind: 'remove', model: tipModel, where: equals('id', String(first[0]?.chain)) }]);
      expect((await logs.verify()).faults).toMatchObject([{ kind: 'head-missing', chain: first[0]?.chain }]);
    });

    test('are written once a day, whatever the clock does', async () => {
      const { running, second } = await twoChains();
      const count = async () => (await headsOf(second[0]?.chain)).length;
      const before = await count();
      await running.note();
      expect(await count()).toBe(before);
      house.clock.now += 86_400_000;
      await running.note();
      await running.note();
      expect(await count()).toBe(before + 1);
      house.clock.now -= 3 * 86_400_000;
      await running.note();
      expect(await count()).toBe(before + 2);
      house.clock.now += 3 * 86_400_000;
      expect(await kinds()).toEqual([]);
    });
  });

  describe('signed heads', () => {
    const signer = createSigner('k'.repeat(40));

    async function signed(): Promise<{ rows: Row[]; log: AuditLog }> {
      const log = logs.open(signer);
      await logs.fill(log, 8);
      await log.close();
      return { rows: await logs.entries(), log };
    }

    test(`${verifies('AUD-3')} are verified with the key, and without it are said to be unchecked`, async () => {
      await signed();
      expect(await logs.verify({ signer })).toMatchObject({ isWhole: true, signature: 'signed' });
      expect(await logs.verify()).toMatchObject({ isWhole: true, signature: 'unchecked' });
      expect(await logs.verify({ signer: createSigner('o'.repeat(40)) })).toMatchObject({ signature: 'unchecked' });
    });

    test(`${verifies('AUD-3')} cannot be made anew by one who rewrites the whole database without the key`, async () => {
      const { rows } = await signed();
      const earlier = logs.open(signer);
      await logs.fill(earlier, 1);
      // Everything of the first chain, as another log would have written it: entries, heads, tip.
      const chain = String(rows[0]?.chain);
      for (const [model, field] of [
        [entryModel, 'chain'],
        [headModel, 'chain'],
        [tipModel, 'id'],
      ] as const) {
        await logs.store.write([{ kind: 'remove', model, where: equals(field, chain) }], { atomic: false });
      }
      const forger = logs.open();
      await logs.fill(forger, 8);
      await forger.close();
      const { faults } = await logs.verify({ signer });
      expect(faults.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['chain-missing', 'head-unsigned']));
    });

    test('that lost their signature are found', async () => {
      await signed();
      for (const row of await logs.store.find({ model: headModel, where: always })) {
        await logs.change(headModel, row, { signature: null, signed_with: null });
      }
      expect((await logs.verify({ signer })).faults.map(({ kind }) => kind)).toContain('head-forged');
    });

    test('may begin later: chains from before are whole', async () => {
      await twoChains();
      await signed();
      expect(await logs.verify({ signer })).toMatchObject({ isWhole: true, signature: 'partly signed' });
    });
  });

  /** As one does who knows how the log is made. */
  async function rewrite(rows: readonly Row[], change: Readonly<Record<string, string>>): Promise<void> {
    let previous = String(rows[0]?.previous);
    for (const row of rows) {
      const forged = { ...row, ...change, previous };
      const hash = entryHash(forged);
      await logs.change(entryModel, row, { ...change, previous, hash });
      previous = hash;
    }
  }
});

function isJson(name: string): boolean {
  return ['record_ids', 'unlisted', 'fields', 'others', 'removed'].includes(name);
}

function at(rows: readonly Row[], index: number): Row {
  const row = rows[index];
  if (!row) throw new Error(`no entry ${index}`);
  return row;
}
