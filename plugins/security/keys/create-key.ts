import {
  compileAddressList,
  hasCode,
  type Json,
  type Operation,
  operations,
  parseDatetime,
  type Runtime,
  recordStamp,
  type WriteOperation,
} from '../../../src/index.ts';
import { findUser } from '../../base/plugin.ts';
import { securityErrors } from '../errors.ts';
import { parseAllowedHours } from './allowed-hours.ts';
import { generateKey, keyEntropy } from './key-format.ts';
import { saltLength, slowHash } from './slow-hash.ts';

export interface NewKey {
  readonly runtime: Runtime;
  /** What it is for. */
  readonly name: string;
  /** Login of the user that it stands for. */
  readonly user: string;
  /** `'all'` has to be said; a key without scopes is not made by leaving them out. */
  readonly scopes: readonly Operation[] | 'all';
  /** Only these models. Default: all that the user may. */
  readonly models?: readonly string[];
  /** Only these fields, by model. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** Addresses and CIDR ranges. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** Such as `mon-fri 08:00-18:00`, in the user's time zone. */
  readonly hours?: string;
  /** Calls within any 60 s. */
  readonly rate?: number;
  /** Records a day (UTC). */
  readonly recordsPerDay?: number;
  readonly maxSessions?: number;
  readonly sessionIdleMinutes?: number;
  readonly sessionMaxMinutes?: number;
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
  /** The daily job makes no successor. */
  readonly noRotation?: boolean;
  /** Login of whoever makes it. Default `system`. */
  readonly by?: string;
}

export interface CreatedKey {
  readonly id: string;
  readonly prefix: string;
  /** The key itself: shown here and never again. */
  readonly key: string;
}

/** Makes a key. Throws KEY_INVALID, naming every option that does not fit. */
export async function createKey(input: NewKey): Promise<CreatedKey> {
  const { runtime } = input;
  const owner = await findUser(runtime, input.user);
  const faults = [...(owner ? [] : [`user: there is no user ${input.user}`]), ...faultsOf(input, owner?.user.timeZone)];
  if (!owner || faults.length > 0) throw securityErrors.KEY_INVALID({ message: faults.join('; '), data: { faults } });
  const values = {
    name: input.name,
    user: owner.user.id,
    scopes: input.scopes === 'all' ? [...operations] : [...new Set(input.scopes)],
    models: optionalList(input.models),
    fields: (input.fields ?? null) as Json,
    allow: optionalList(input.allow),
    deny: optionalList(input.deny),
    hours: input.hours ?? null,
    rate: input.rate ?? null,
    records_per_day: input.recordsPerDay ?? null,
    max_sessions: input.maxSessions ?? null,
    session_idle_minutes: input.sessionIdleMinutes ?? null,
    session_max_minutes: input.sessionMaxMinutes ?? null,
    expires_at: input.expiresAt ?? null,
    no_rotation: input.noRotation ?? false,
    successor: null,
    is_unclaimed: false,
    told_at: null,
    regenerated_at: null,
    revoked_at: null,
    revoked_reason: null,
    ...recordStamp(runtime, input.by),
  };
  for (let attempt = 1; ; attempt += 1) {
    const id = runtime.newId();
    const { key, prefix } = generateKey(runtime.randomBytes(keyEntropy));
    try {
      // The secret first: a key without one would be useless, a secret without a key is unreachable.
      await writeBoth(runtime, [
        { kind: 'insert', model: 'security.api-key-secret', row: { id, ...(await newSecret(runtime, key)) } },
        { kind: 'insert', model: 'security.api-key', row: { id, prefix, ...values } },
      ]);
      return { id, prefix, key };
    } catch (thrown) {
      if (attempt === 3 || !hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    }
  }
}

/** What is stored of a key's secret. */
export async function newSecret(runtime: Runtime, key: string): Promise<{ hash: string; salt: string }> {
  const salt = runtime.randomBytes(saltLength);
  return { hash: await slowHash(key, salt), salt: salt.toString('base64') };
}

/** All or nothing where the store can; otherwise in order. */
export async function writeBoth(runtime: Runtime, writes: readonly WriteOperation[]): Promise<void> {
  await runtime.store.write(writes, { atomic: runtime.store.capabilities.transactions });
}

function faultsOf(input: NewKey, timeZone = 'UTC'): string[] {
  const { runtime, scopes } = input;
  const faults: string[] = [];
  if (input.name.trim() === '') faults.push('name: expected what the key is for');
  if (scopes !== 'all' && scopes.length === 0)
    faults.push('scopes: expected at least one; all of them must be asked for');
  for (const scope of scopes === 'all' ? [] : scopes) {
    if (!operations.includes(scope))
      faults.push(`scopes: there is no scope ${scope}; expected ${operations.join(', ')}`);
  }
  for (const name of input.models ?? []) {
    if (!runtime.registry.get(name)) faults.push(`models: there is no model ${name}`);
  }
  for (const [name, fields] of Object.entries(input.fields ?? {})) {
    const model = runtime.registry.get(name);
    if (!model) faults.push(`fields: there is no model ${name}`);
    for (const field of fields)
      if (model && !model.fields.has(field)) faults.push(`fields: ${name} has no field ${field}`);
  }
  for (const list of ['allow', 'deny'] as const) {
    for (const entry of input[list] ?? []) {
      if (!compileAddressList([entry])) faults.push(`${list}: ${entry} is no address or CIDR range`);
    }
  }
  if (input.hours !== undefined && !parseAllowedHours(input.hours, timeZone)) {
    faults.push(`hours: expected such as "mon-fri 08:00-18:00", not "${input.hours}"`);
  }
  for (const name of ['rate', 'recordsPerDay', 'maxSessions', 'sessionIdleMinutes', 'sessionMaxMinutes'] as const) {
    const value = input[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      faults.push(`${name}: expected a whole number from 1, not ${value}`);
    }
  }
  const { expiresAt } = input;
  if (expiresAt !== undefined && !(Date.parse(parseDatetime(expiresAt) ?? '') > runtime.now()))
    faults.push(`expires: expected a time to come, before the year 10000, not ${expiresAt}`);
  return faults;
}

function optionalList(list: readonly string[] | undefined): string[] | null {
  return list && list.length > 0 ? [...list] : null;
}
