import { kernelErrors, sentLength } from '../../../src/index.ts';

/** What of a list goes into one answer. */
export interface Fitted<T> {
  /** The first of the items, perhaps shortened. */
  readonly items: readonly T[];
  /** Values of some of them are shortened. */
  readonly isShortened: boolean;
}

export interface FitInput<T> {
  readonly items: readonly T[];
  /** Characters that the items may take as they are sent, in both renderings. */
  readonly room: number;
  /** The item with its values cut to this many characters; the same object where nothing is cut. */
  readonly shorten: (item: T, length: number) => T;
}

/** Value lengths that are tried in turn. */
const lengths = [Number.POSITIVE_INFINITY, 30_000, 10_000, 3_000, 1_000, 300, 100, 30];
/** Down to this length values are shortened so that more items fit; below it only so that a single one does. */
const usefulLength = 1_000;

/**
 * Makes items fit: first long values are shortened, then items are left out at the end. At least one is kept;
 * INVALID_ARGUMENTS where not even one fits.
 */
export function fitToRoom<T>({ items, room, shorten }: FitInput<T>): Fitted<T> {
  if (isSurelyShort(items, room)) return { items, isShortened: false };
  for (const length of lengths) {
    const fitted = fitAt({ items, room, shorten }, length);
    if (fitted.items.length === items.length || (length <= usefulLength && fitted.items.length > 0)) return fitted;
  }
  throw kernelErrors.INVALID_ARGUMENTS({
    message: 'A single record is longer than one answer may be. Name fewer fields.',
  });
}

function fitAt<T>({ items, room, shorten }: FitInput<T>, length: number): Fitted<T> {
  const kept: T[] = [];
  let isShortened = false;
  let left = room;
  for (const item of items) {
    const short = length === Number.POSITIVE_INFINITY ? item : shorten(item, length);
    left -= sentLength(JSON.stringify(short)) + separators;
    if (left < 0) break;
    kept.push(short);
    isShortened ||= short !== item;
  }
  return { items: kept, isShortened };
}

/** The commas between two items, in both renderings. */
const separators = 2;
/** What one character of a text takes at most: escaped in JSON (6), and again in the text, with a second backslash (7). */
const worstCharacter = 13;
/** What a number, a truth value, or the punctuation around a member takes at most, in both renderings. */
const worstNode = 60;

/** A cheap bound, without making JSON of it: short answers are the many. False: it has to be counted. */
function isSurelyShort(value: unknown, room: number): boolean {
  return remaining(value, room) >= 0;
}

function remaining(value: unknown, room: number): number {
  if (typeof value === 'string') return room - value.length * worstCharacter - worstNode;
  let left = room - worstNode;
  if (Array.isArray(value)) {
    for (const item of value) {
      left = remaining(item, left);
      if (left < 0) return left;
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      left = remaining((value as Record<string, unknown>)[key], left - key.length * worstCharacter);
      if (left < 0) return left;
    }
  }
  return left;
}
