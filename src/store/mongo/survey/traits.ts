import { mongo } from 'mongoose';

/** What kind of value it is; `other` are kinds that no field can hold. */
export type ValueType =
  | 'string'
  | 'int'
  | 'double'
  | 'decimal'
  | 'bool'
  | 'date'
  | 'objectId'
  | 'object'
  | 'array'
  | 'binData'
  | 'other';

/** What the values of one member have in common. Counts of values that look like something, and never a value. */
export interface Traits {
  /** Characters of the longest text. */
  longest: number;
  lineBreaks: number;
  /** Most digits behind the point. */
  fraction: number;
  /** Dates that are the beginning of a day in UTC. */
  midnights: number;
  /** Numbers below zero. */
  negatives: number;
  hexIds: number;
  days: number;
  moments: number;
  emails: number;
  phones: number;
  ibans: number;
  cards: number;
  addresses: number;
}

export function noTraits(): Traits {
  return {
    longest: 0,
    lineBreaks: 0,
    fraction: 0,
    midnights: 0,
    negatives: 0,
    hexIds: 0,
    days: 0,
    moments: 0,
    emails: 0,
    phones: 0,
    ibans: 0,
    cards: 0,
    addresses: 0,
  };
}

/** The type of a value as the driver gives it; undefined: null, or nothing. */
export function typeOfValue(value: unknown): ValueType | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof mongo.ObjectId) return 'objectId';
  if (value instanceof mongo.Decimal128) return 'decimal';
  if (value instanceof mongo.Binary) return 'binData';
  return Object.getPrototypeOf(value) === Object.prototype ? 'object' : 'other';
}

const shapes = {
  hexIds: /^[0-9a-f]{24}$/,
  days: /^\d{4}-\d{2}-\d{2}$/,
  moments: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  emails: /^[^\s@]{1,64}@[^\s@]+\.[^\s@.]{2,}$/,
  phones: /^(?:\+|00|0|\()[\d\s()/.-]{6,20}\d$/,
  ibans: /^[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?$/,
  cards: /^\d{4}(?:[ -]?\d{4}){2}[ -]?\d{1,7}$/,
  addresses: /^\d{1,3}(?:\.\d{1,3}){3}$/,
} as const;

/** Text longer than this is looked at no further than its length. */
const longestShape = 256;

/** Adds what one value shows. */
export function addTraits(traits: Traits, value: unknown): void {
  if (typeof value === 'string') addText(traits, value);
  else if (typeof value === 'number' || value instanceof mongo.Decimal128) addNumber(traits, String(value));
  else if (value instanceof Date && value.getTime() % 86_400_000 === 0) traits.midnights += 1;
}

function addText(traits: Traits, text: string): void {
  traits.longest = Math.max(traits.longest, text.length);
  if (text.includes('\n')) traits.lineBreaks += 1;
  if (text.length > longestShape) return;
  for (const [name, shape] of Object.entries(shapes)) {
    if (shape.test(text)) traits[name as keyof typeof shapes] += 1;
  }
}

function addNumber(traits: Traits, text: string): void {
  const [, fraction = ''] = /^-?\d+(?:\.(\d+))?$/.exec(text) ?? [text, 'x'.repeat(20)];
  traits.fraction = Math.max(traits.fraction, fraction.replace(/0+$/, '').length);
  if (text.startsWith('-')) traits.negatives += 1;
}
