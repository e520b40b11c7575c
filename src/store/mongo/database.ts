import type { Connection, mongo } from 'mongoose';
import type { StoredField, StoredModel } from '../port.ts';
import type { Mapped } from './mapped/mapped-model.ts';
import { type OnMisfit, readDocument } from './mapped/read-document.ts';

/** A row as it is kept: absent fields are missing values; `_fold` and `_words` are what is searched beside the text. */
export interface RowDocument {
  readonly _id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** The store's own book-keeping: `watch`, `ping`, and one document a model. */
export interface MetaDocument {
  readonly _id: string;
  readonly count?: number;
  /** ms since the epoch. */
  readonly at?: number;
  /** Paths that every row of the model has, where it has the text. */
  readonly shadows?: readonly string[];
}

/** A model and where its rows are. */
export interface MongoModel {
  readonly name: string;
  /** Every declared field by name, one2many included. */
  readonly fields: ReadonlyMap<string, StoredField>;
  /** Those that rows have. */
  readonly stored: readonly StoredField[];
  readonly definition: StoredModel;
  readonly collection: mongo.Collection<RowDocument>;
  readonly db: mongo.Db;
  /** Its documents are somebody else's; what is fetched has to go through `rowDocuments`. */
  readonly mapped?: Mapped & { readonly onMisfit: OnMisfit };
}

/** What all operations share. */
export interface Database {
  readonly connection: Connection;
  readonly db: mongo.Db;
  readonly meta: mongo.Collection<MetaDocument>;
  /** Many-row writes can be all or nothing. */
  readonly transactions: boolean;
  /** Longest list of ids that goes into a query; where more match, the server joins instead. */
  readonly listLimit: number;
  /** ms, of one query and of one write of a single row. */
  readonly timeLimits: { readonly query: number; readonly write: number };
  /** The model of that name; one that was not opened is a programming error. */
  model(name: string): MongoModel;
}

/** One operation at work: on which session, and how long each of its commands may take (ms). */
export interface Scope {
  readonly database: Database;
  readonly session?: mongo.ClientSession | undefined;
  readonly maxTime: number;
}

/** The options that every command of an operation carries. */
export function commandOptions({ session, maxTime }: Scope): { session?: mongo.ClientSession; maxTimeMS: number } {
  return session ? { session, maxTimeMS: maxTime } : { maxTimeMS: maxTime };
}

/** The declaration of a field of a row; another name is a programming error. */
export function storedField(model: MongoModel, name: string): StoredField {
  const found = model.fields.get(name);
  if (!found || found.relation?.inverse) throw new TypeError(`${model.name} stores no field ${name}`);
  return found;
}

/** What was fetched, as row documents. */
export function rowDocuments({ mapped }: MongoModel, documents: readonly RowDocument[]): RowDocument[] {
  if (!mapped) return [...documents];
  return documents.flatMap(document => readDocument({ mapped, document, onMisfit: mapped.onMisfit }) ?? []);
}

/** Where a field is in a row document. */
export function pathOf(model: MongoModel, name: string): string {
  if (name === 'id') return '_id';
  return name === 'version' ? name : storedField(model, name).name;
}
