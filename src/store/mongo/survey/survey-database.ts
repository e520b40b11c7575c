import type { mongo } from 'mongoose';
import { connect } from '../connect.ts';
import { mapError } from '../map-error.ts';
import { metaCollection } from '../open-models.ts';
import {
  collect,
  collector,
  type LeadsTo,
  type MemberCollector,
  type MemberSurvey,
  surveyMembers,
} from './member-survey.ts';
import { typeOfValue, type ValueType } from './traits.ts';

export interface CollectionSurvey {
  readonly name: string;
  readonly database: string;
  /** Documents in it, as the server estimates. */
  readonly documents: number;
  readonly sampled: number;
  /** Kinds of `_id`; `int` only where none is below zero. */
  readonly idTypes: Readonly<Partial<Record<ValueType | 'hexId', number>>>;
  /** Of the documents themselves; names that look like data are left out and told by `hasOddNames`. */
  readonly members: readonly MemberSurvey[];
  readonly hasOddNames: boolean;
  /** Indexes over one path, of all documents. */
  readonly indexes: readonly { readonly path: string; readonly unique: boolean }[];
  /** Gatehouse's own. */
  readonly isOwn: boolean;
}

export interface SurveyInput {
  readonly uri: string;
  /** Default: the one of the URI. */
  readonly database?: string | undefined;
  /** Default: all. */
  readonly collections?: readonly string[] | undefined;
  /** Documents a collection. */
  readonly sample: number;
  /** Called before each collection. */
  readonly onCollection: (done: number, total: number) => void;
}

const timeLimit = 60_000;
const selectionTimeout = 5000;

/**
 * Looks at a sample of each collection and changes nothing. What comes back tells kinds and counts; of the values, only
 * codes that come again and again (`MemberSurvey.codes`). Gatehouse's own are left out unless asked for. `missing`: collections that were asked for and are not there.
 * Throws CONFIG_INVALID (no such URI), STORE_UNAVAILABLE and QUERY_TIMEOUT.
 */
export async function surveyDatabase(
  input: SurveyInput,
): Promise<{ collections: CollectionSurvey[]; missing: string[] }> {
  const { uri, database, collections: wanted, sample, onCollection } = input;
  const { connection, db: own, close } = await connect({ uri, selectionTimeout, majorityTimeout: selectionTimeout });
  try {
    const db = database === undefined ? own : connection.getClient().db(database);
    const listed = await db.listCollections().toArray();
    const there = listed.map(({ name }) => name);
    const views = new Set(listed.filter(({ type }) => type === 'view').map(({ name }) => name));
    const names = there
      .filter(name => !name.startsWith('system.') && name !== metaCollection && (!wanted || wanted.includes(name)))
      .toSorted();
    const found: Sampled[] = [];
    for (const [index, name] of names.entries()) {
      onCollection(index, names.length);
      found.push(await sampleOf({ db, name, sample }));
    }
    onCollection(names.length, names.length);
    const collections: CollectionSurvey[] = [];
    for (const sampled of found)
      collections.push(await complete({ db, sampled, names, there, isView: views.has(sampled.name) }));
    const others = collections.filter(({ isOwn }) => wanted || !isOwn);
    return { collections: others, missing: (wanted ?? []).filter(name => !there.includes(name)) };
  } catch (thrown) {
    throw mapError(thrown);
  } finally {
    await close();
  }
}

interface Sampled {
  readonly name: string;
  readonly root: MemberCollector;
  readonly idTypes: Map<ValueType | 'hexId', number>;
}

/** Documents come a few at a time: they may be large. */
async function sampleOf({ db, name, sample }: { db: mongo.Db; name: string; sample: number }): Promise<Sampled> {
  const root = collector('');
  const idTypes: Sampled['idTypes'] = new Map();
  const documents = db
    .collection(name)
    .aggregate<Record<string, unknown>>([{ $sample: { size: sample } }], { maxTimeMS: timeLimit, batchSize: 20 });
  for await (const { _id, ...document } of documents) {
    const type = idTypeOf(_id);
    idTypes.set(type, (idTypes.get(type) ?? 0) + 1);
    collect(root, document);
  }
  return { name, root, idTypes };
}

function idTypeOf(_id: unknown): ValueType | 'hexId' {
  const type = typeOfValue(_id) ?? 'other';
  if (type === 'string' && /^[0-9a-f]{24}$/.test(String(_id))) return 'hexId';
  return type === 'int' && Number(_id) < 0 ? 'other' : type;
}

async function complete({
  db,
  sampled,
  names,
  there,
  isView,
}: {
  db: mongo.Db;
  sampled: Sampled;
  names: readonly string[];
  there: readonly string[];
  isView: boolean;
}): Promise<CollectionSurvey> {
  const { name, root, idTypes } = sampled;
  const collection = db.collection(name);
  return {
    name,
    database: db.databaseName,
    documents: isView ? root.embedded : await collection.estimatedDocumentCount({ maxTimeMS: timeLimit }),
    sampled: root.embedded,
    idTypes: Object.fromEntries(idTypes),
    members: surveyMembers(root, await lookUp({ db, root, names })),
    hasOddNames: root.hasOddNames,
    indexes: isView ? [] : await indexesOf(collection),
    isOwn: isOwn(sampled, there),
  };
}

/** Beside our own book-keeping: the name of a model, ids as text, and a version in every document. */
function isOwn({ name, root, idTypes }: Sampled, names: readonly string[]): boolean {
  if (!names.includes(metaCollection) || !/^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/.test(name)) return false;
  const version = root.members.get('version');
  const isVersioned = version?.types.get('int') === root.embedded;
  return (
    root.embedded === 0 || (isVersioned && [...idTypes.keys()].every(type => type === 'hexId' || type === 'string'))
  );
}

async function lookUp({
  db,
  root,
  names,
}: {
  db: mongo.Db;
  root: MemberCollector;
  names: readonly string[];
}): Promise<LeadsTo> {
  const leadsTo = new Map<string, MemberSurvey['leadsTo']>();
  for (const member of everyMember(root)) {
    if (!mayRefer(member)) continue;
    const distinct = [...new Map(member.ids.map(id => [String(id), id])).values()];
    const found: { collection: string; share: number }[] = [];
    for (const name of names) {
      const filter = { _id: { $in: distinct } } as mongo.Filter<mongo.Document>;
      const hits = await db.collection(name).countDocuments(filter, { maxTimeMS: timeLimit });
      if (hits > 0) found.push({ collection: name, share: hits / distinct.length });
    }
    leadsTo.set(
      member.path,
      found.toSorted((a, b) => b.share - a.share),
    );
  }
  return leadsTo;
}

/** A small number is an id of something everywhere: only its name can tell. */
function mayRefer({ ids, path }: MemberCollector): boolean {
  return ids.some(id => typeof id !== 'number') || (ids.length > 0 && /(?:id|ids|ref|refs)$/i.test(path));
}

function* everyMember(parent: MemberCollector): Iterable<MemberCollector> {
  for (const member of parent.members.values()) {
    yield member;
    yield* everyMember(member);
  }
}

async function indexesOf(collection: mongo.Collection): Promise<CollectionSurvey['indexes']> {
  return (await collection.indexes()).flatMap(({ key, unique, partialFilterExpression }) => {
    const [path, ...others] = Object.keys(key);
    if (path === undefined || path === '_id' || others.length > 0 || partialFilterExpression) return [];
    return [{ path, unique: unique === true }];
  });
}
