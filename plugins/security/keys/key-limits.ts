import { z } from 'zod';
import { type AddressList, type Credential, operations, type Row, requireAddressList } from '../../../src/index.ts';
import { type AllowedHours, parseAllowedHours } from './allowed-hours.ts';

/** What a credential is limited by beyond what a Principal says; read by the guards. */
export interface CredentialLimits {
  readonly allow: AddressList;
  readonly deny: AddressList;
  readonly hours: AllowedHours | undefined;
  /** Calls within any 60 s; undefined: as the settings say. */
  readonly rate: number | undefined;
  /** Records a day (UTC); undefined: as the settings say. */
  readonly recordsPerDay: number | undefined;
  readonly maxSessions: number | undefined;
  /** ms. */
  readonly sessionIdle: number | undefined;
  /** ms. */
  readonly sessionMaxAge: number | undefined;
}

const nameList = z.array(z.string().min(1));
const optionalCount = z.int().min(1).nullish();

/** The limits of a key as they are stored. */
const storedLimits = z.object({
  scopes: z.array(z.enum(operations)).min(1),
  models: nameList.nullish(),
  fields: z.record(z.string(), nameList).nullish(),
  allow: nameList.nullish(),
  deny: nameList.nullish(),
  hours: z.string().nullish(),
  rate: optionalCount,
  records_per_day: optionalCount,
  max_sessions: optionalCount,
  session_idle_minutes: optionalCount,
  session_max_minutes: optionalCount,
  expires_at: z.iso.datetime().nullish(),
});

export interface ReadLimits {
  readonly credential: Credential;
  readonly limits: CredentialLimits;
  /** ms since the epoch; Infinity: never. */
  readonly expiresAt: number;
}

/**
 * Reads the limits of a stored key. Throws a ZodError or RangeError where one of them cannot be read: a limit that is
 * lost must not become no limit.
 */
export function readLimits(row: Row, timeZone: string): ReadLimits {
  const stored = storedLimits.parse(row);
  const hours = stored.hours ? parseAllowedHours(stored.hours, timeZone) : undefined;
  if (stored.hours && !hours) throw new RangeError(`hours not readable in ${timeZone}: ${stored.hours}`);
  return {
    credential: {
      kind: 'api-key',
      id: row.id,
      label: String(row.prefix),
      scopes: new Set(stored.scopes),
      models: stored.models ? new Set(stored.models) : null,
      fields: stored.fields
        ? new Map(Object.entries(stored.fields).map(([key, names]) => [key, new Set(names)]))
        : null,
    },
    limits: {
      allow: requireAddressList(stored.allow ?? []),
      deny: requireAddressList(stored.deny ?? []),
      hours,
      rate: stored.rate ?? undefined,
      recordsPerDay: stored.records_per_day ?? undefined,
      maxSessions: stored.max_sessions ?? undefined,
      sessionIdle: minutes(stored.session_idle_minutes),
      sessionMaxAge: minutes(stored.session_max_minutes),
    },
    expiresAt: stored.expires_at ? Date.parse(stored.expires_at) : Number.POSITIVE_INFINITY,
  };
}

/** Limits of a credential that brings none of its own. */
export function noLimits(): CredentialLimits {
  return {
    allow: requireAddressList([]),
    deny: requireAddressList([]),
    hours: undefined,
    rate: undefined,
    recordsPerDay: undefined,
    maxSessions: undefined,
    sessionIdle: undefined,
    sessionMaxAge: undefined,
  };
}

function minutes(count: number | null | undefined): number | undefined {
  return count ? count * 60_000 : undefined;
}
