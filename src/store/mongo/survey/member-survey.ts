import { mongo } from 'mongoose';
import { addTraits, noTraits, type Traits, typeOfValue, type ValueType } from './traits.ts';

/** What was found at one path of the documents of a collection. */
export interface MemberSurvey {
  readonly path: string;
  /** Documents in which there is a value. */
  readonly present: number;
  /** Documents (or embedded documents) in which there could be one. */
  readonly of: number;
  readonly types: Readonly<Partial<Record<ValueType, number>>>;
  /** Of what lists hold. */
  readonly itemTypes: Readonly<Partial<Record<ValueType, number>>>;
  /** Of the value, or of what a list holds. */
  readonly traits: Traits;
  /** Short texts that look like codes and come again and again, where there are no others; else none. */
  readonly codes: readonly string[];
  /** The members of embedded documents; undefined: their names look like data, or there are none. */
  readonly members: readonly MemberSurvey[] | undefined;
  /** Where the ids lead that it may hold: how many of those that were looked up. */
  readonly leadsTo: readonly { readonly collection: string; readonly share: number }[];
}

/** Collects what there is at one path, document by document; keeps a few values for a while. */
export interface MemberCollector {
  readonly path: string;
  present: number;
  readonly types: Map<ValueType, number>;
  readonly itemTypes: Map<ValueType, number>;
  readonly traits: Traits;
  /** Short texts and how often they came; undefined: too many, or not only codes. */
  codes: Map<string, number> | undefined;
  /** Values that may be ids, to be looked up. */
  readonly ids: unknown[];
  readonly members: Map<string, MemberCollector>;
  /** Embedded documents seen. */
  embedded: number;
  /** A name among the members is none of a member but data, or there are too many. */
  hasOddNames: boolean;
}

const idsAtMost = 20;
const codesAtMost = 12;
const membersAtMost = 40;
const itemsAtMost = 20;
const deepest = 4;
/** How often each code has to come before it counts as one. */
const codeRepeats = 5;
const codeText = /^[A-Za-z][A-Za-z0-9]{0,15}(?:[ _-][A-Za-z0-9]{1,15}){0,2}$/;
const memberName = /^(?!prototype$)[A-Za-z_][A-Za-z0-9_]{0,40}$/;
/** A member of an embedded document that fewer than this share have may be a piece of data. */
const usualShare = 0.3;

export function collector(path: string): MemberCollector {
  return {
    path,
    present: 0,
    types: new Map(),
    itemTypes: new Map(),
    traits: noTraits(),
    codes: new Map(),
    ids: [],
    members: new Map(),
    embedded: 0,
    hasOddNames: false,
  };
}

/** Takes in the members of one document. */
export function collect(into: MemberCollector, document: object): void {
  into.embedded += 1;
  for (const [name, value] of Object.entries(document)) {
    const known = into.members.get(name);
    if (!known && (!memberName.test(name) || name in Object.prototype || into.members.size >= membersAtMost * 5)) {
      into.hasOddNames = true;
      continue;
    }
    const member = known ?? collector(into.path === '' ? name : `${into.path}.${name}`);
    into.members.set(name, member);
    add(member, value);
  }
}

function add(member: MemberCollector, value: unknown): void {
  const type = typeOfValue(value);
  if (!type) return;
  member.present += 1;
  count(member.types, type);
  if (Array.isArray(value)) {
    for (const item of value.slice(0, itemsAtMost)) {
      const itemType = typeOfValue(item) ?? 'other';
      count(member.itemTypes, itemType);
      look(member, item);
    }
    return;
  }
  if (type === 'object' && member.path.split('.').length < deepest) collect(member, value as object);
  look(member, value);
}

function look(member: MemberCollector, value: unknown): void {
  addTraits(member.traits, value);
  const mayBeId = value instanceof mongo.ObjectId || typeof value === 'string' || Number.isSafeInteger(value);
  if (mayBeId && member.ids.length < idsAtMost && !(typeof value === 'string' && value.length !== 24)) {
    member.ids.push(value);
  }
  if (typeof value !== 'string' || !member.codes) return;
  if (!codeText.test(value) || (member.codes.size >= codesAtMost && !member.codes.has(value))) member.codes = undefined;
  else count(member.codes, value);
}

/** What was found in the members of the documents, without the values. */
export function surveyMembers(root: MemberCollector, leadsTo: LeadsTo): MemberSurvey[] {
  return Array.from(root.members.values(), member => surveyOf(member, root.embedded, leadsTo));
}

/** `of`: documents in which the member could have been. */
function surveyOf(member: MemberCollector, of: number, leadsTo: LeadsTo): MemberSurvey {
  const names = [...member.members.values()];
  const isData = member.hasOddNames || names.length > membersAtMost || names.some(isUnusual(member.embedded));
  const codes = [...(member.codes ?? [])];
  const areCodes = codes.length > 1 && codes.every(([, times]) => times >= codeRepeats);
  return {
    path: member.path,
    present: member.present,
    of,
    types: Object.fromEntries(member.types),
    itemTypes: Object.fromEntries(member.itemTypes),
    traits: member.traits,
    codes: areCodes ? codes.map(([code]) => code).toSorted() : [],
    members: names.length === 0 || isData ? undefined : names.map(each => surveyOf(each, member.embedded, leadsTo)),
    leadsTo: leadsTo.get(member.path) ?? [],
  };
}

export type LeadsTo = ReadonlyMap<string, MemberSurvey['leadsTo']>;

function isUnusual(embedded: number): (member: MemberCollector) => boolean {
  return ({ present }) => present < embedded * usualShare;
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
