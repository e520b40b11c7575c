import type { Store, WriteOperation } from '../store/port.ts';
import type { AccessPolicy } from './access-policy.ts';
import type { Operation, Principal } from './principal.ts';
import type { Registry } from './registry.ts';
import type { PlannedChange } from './write-batch.ts';

/** A record on the outside: decoded values, only fields the principal may read. Many2one is `{id,title}` or null. */
export interface OutRecord {
  readonly id: string;
  /** The record's name to people; `<label> <id>` where the principal may not read the naming field. */
  readonly title: string;
  readonly url: string;
  readonly version: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What to search for, and what of it to answer with. */
export interface SearchInput {
  /** Odoo notation. */
  readonly domain?: unknown;
  /** Words; all of them must begin a word in the searchable fields that the principal may read. */
  readonly query?: string;
  /** Default: every readable field but json, text and one2many. */
  readonly fields?: readonly string[];
  /** `name, date desc`. Not by relations. Default: the model's own, as far as the principal may read its fields. */
  readonly order?: string;
  /** At most 10,000; default 1,000. For the server's own work there is no limit. */
  readonly limit?: number;
  readonly offset?: number;
}

/** What to count and sum up, and by what to group it. */
export interface AggregateInput {
  readonly domain?: unknown;
  /** `state`, `date:month`, `partner_id`; four at most. */
  readonly groupBy?: readonly string[];
  /** `count`, `amount:sum`. Default `count`. */
  readonly measures?: readonly string[];
  /** Default 1,000; with `offset` at most 10,000. */
  readonly limit?: number;
  readonly offset?: number;
}

/** How a change is made. */
export interface WriteInput {
  /** Check everything, answer with what would change, change nothing. */
  readonly dryRun?: boolean;
  /** Last-seen version by record id: another one is refused (RECORD_CHANGED, naming both). */
  readonly versions?: Readonly<Record<string, number>>;
}

export interface DeleteInput extends WriteInput {
  /** What a deletion before, such as a dry run, has answered as `plan`: any other deletion is refused (RECORD_CHANGED). */
  readonly plan?: string;
}

/** What a change makes of one record, or would make of it. */
export interface Change {
  readonly id: string;
  readonly title: string;
  /** Old and new value of each field that the principal may read and that changes, computed ones included. */
  readonly changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
  readonly version: number;
}

/**
 * One model in the hands of one principal. Refusals are the kernel's errors (see `errors.ts`). Ids are given as
 * `model/id` or as 24 hex digits; one that comes twice counts once.
 */
export interface Records {
  search(input: SearchInput): Promise<{ records: OutRecord[]; total: number }>;
  /**
   * In the order of `ids`; one that does not exist or may not be seen: RECORD_NOT_FOUND. Without `fields`: every
   * readable field but one2many, which shows 100 records at most.
   */
  read(ids: readonly string[], fields?: readonly string[]): Promise<OutRecord[]>;
  count(domain?: unknown): Promise<number>;
  aggregate(input: AggregateInput): Promise<{ groups: Record<string, unknown>[] }>;
  create(values: readonly Readonly<Record<string, unknown>>[], input?: WriteInput): Promise<OutRecord[]>;
  write(ids: readonly string[], values: Readonly<Record<string, unknown>>, input?: WriteInput): Promise<Change[]>;
  /**
   * Says what else, of what may be seen, goes with them (`cascade`) or loses its reference (`clear`). `plan` stands for all
   * of these records in their versions; it is not for callers to see.
   */
  delete(
    ids: readonly string[],
    input?: DeleteInput,
  ): Promise<{ deleted: OutRecord[]; alsoDeleted: number; cleared: number; plan: string }>;
}

/** Registry, store and one principal: everything that reaches a record goes through it. */
export interface Environment {
  readonly principal: Principal;
  readonly registry: Registry;
  /** MODEL_NOT_AVAILABLE where the model does not exist for the principal. */
  of(model: string): Records;
  /** The same with access lifted, for the server's own work; the reason is logged. */
  asSystem(reason: string): Environment;
}

export interface EnvironmentParts {
  readonly registry: Registry;
  readonly store: Store;
  readonly policy: AccessPolicy;
  readonly principal: Principal;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** The beginning of every record's URL where its model names none; no slash at the end. */
  readonly publicUrl: string;
  /** Told of every lift of access. */
  readonly onSystem?: (reason: string) => void;
  /** What else is stored with a change, with it or not at all; see `writeBatch`. A rejection refuses the change. */
  readonly beside?: (change: PlannedChange) => Promise<readonly WriteOperation[]>;
  /** Told after a write is durable. */
  readonly onChange?: (change: RecordChange) => void;
  /** Told what every operation has reached, for the audit entry. */
  readonly onReach?: (reached: ReachedRecords) => void;
}

/** Records that one operation read or changed. */
export interface ReachedRecords {
  readonly model: string;
  readonly operation: Operation;
  /** Public ids; the first 1,000, `count` is all. */
  readonly ids: readonly string[];
  readonly count: number;
  /** How many records matched, where an answer tells: those on other pages too. */
  readonly matched?: number;
  /** Names and paths that were read, written, or decided which records. */
  readonly fields: readonly string[];
}

/** A change that has been made, as hooks are told of it. `ids`: public ids. */
export interface RecordChange {
  readonly model: string;
  readonly operation: 'create' | 'write' | 'delete';
  readonly ids: readonly string[];
  readonly principal: Principal;
}
