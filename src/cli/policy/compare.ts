import { dirname } from 'node:path';
import { storeLocation } from '../../config/store-location.ts';
import { operations } from '../../model/principal.ts';
import { sqliteFile } from '../../store/sqlite-file.ts';
import type { CommandKit } from '../command-kit.ts';
import { type ModelRights, type Rights, takeSnapshot } from './snapshot.ts';
import { openTrialHouse, type TrialHouse } from './trial-house.ts';

/** Something that somebody gains or loses. */
export type Difference = {
  /** `everyone`, `group sales`, `user sara`. */
  readonly who: string;
  readonly model: string;
  /** `read`, … ; for fields `read field`, `write field`, `masked field`. */
  readonly what: string;
  readonly change: 'gains' | 'loses' | 'has other records';
  /** Of a gain or a loss of fields. */
  readonly fields: readonly string[];
  /** Which records, before and after: a domain. null: none. */
  readonly before: string | null;
  readonly after: string | null;
};

/**
 * Who gains and who loses what from one config to another: everyone, each group, and each user of `logins`. What is
 * true of everyone is not said of each group again. With `logins`, both configs are asked on the store that the new one
 * names; without, on none.
 */
export async function comparePolicies(input: {
  kit: CommandKit;
  before: string;
  after: string;
  logins: readonly string[];
}): Promise<Difference[]> {
  const { kit, before, after, logins } = input;
  const newer = await openTrialHouse({ kit, configFile: after, store: logins.length > 0 ? 'own' : 'empty' });
  try {
    const store = logins.length > 0 ? storeOf(newer, kit) : 'empty';
    const older = await openTrialHouse({ kit, configFile: before, store });
    try {
      const groups = [...new Set([...groupsOf(older), ...groupsOf(newer)])].sort();
      const [old, fresh] = [
        await takeSnapshot(older, { groups, logins }),
        await takeSnapshot(newer, { groups, logins }),
      ];
      return differences(old, fresh);
    } finally {
      await older.close();
    }
  } finally {
    await newer.close();
  }
}

/** What the new config calls its store, as it is understood from its own folder. */
function storeOf({ config, configFile }: TrialHouse, { machine }: CommandKit): { location: string } {
  const location = storeLocation({ config, env: machine.env });
  const file = sqliteFile({ location, folder: dirname(configFile) });
  return { location: file === undefined ? location : `sqlite:${file}` };
}

function groupsOf({ app }: TrialHouse): string[] {
  return Object.keys(app.runtime.policies().groups);
}

function differences(before: ReadonlyMap<string, Rights>, after: ReadonlyMap<string, Rights>): Difference[] {
  const told = new Set<string>();
  const found: Difference[] = [];
  for (const [who, rights] of after) {
    for (const difference of differencesOf(who, before.get(who) ?? new Map(), rights)) {
      const { who: _, ...what } = difference;
      const key = JSON.stringify(what);
      if (who === 'everyone') told.add(key);
      else if (who.startsWith('group ') && told.has(key)) continue;
      found.push(difference);
    }
  }
  return found;
}

const nothing: ModelRights = {
  operations: new Set(),
  records: new Map(),
  readable: new Set(),
  writable: new Set(),
  masked: new Set(),
};

function* differencesOf(who: string, before: Rights, after: Rights): Iterable<Difference> {
  for (const model of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const old = before.get(model) ?? nothing;
    const fresh = after.get(model) ?? nothing;
    for (const operation of operations) {
      const had = old.operations.has(operation);
      const has = fresh.operations.has(operation);
      const records = { before: old.records.get(operation) ?? null, after: fresh.records.get(operation) ?? null };
      if (!had && !has) continue;
      if (had !== has) yield { who, model, what: operation, change: has ? 'gains' : 'loses', fields: [], ...records };
      else if (records.before !== records.after) {
        yield { who, model, what: operation, change: 'has other records', fields: [], ...records };
      }
    }
    // Of a model that is gained or lost as a whole the fields go without saying.
    if (old === nothing || fresh === nothing) continue;
    for (const [what, use] of [
      ['read field', 'readable'],
      ['write field', 'writable'],
      ['masked field', 'masked'],
    ] as const) {
      const gained = [...fresh[use].difference(old[use])].sort();
      const lost = [...old[use].difference(fresh[use])].sort();
      const none = { before: null, after: null };
      if (gained.length > 0) yield { who, model, what, change: 'gains', fields: gained, ...none };
      if (lost.length > 0) yield { who, model, what, change: 'loses', fields: lost, ...none };
    }
  }
}
