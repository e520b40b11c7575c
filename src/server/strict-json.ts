import { isUtf8 } from 'node:buffer';
import { isObject } from '../is-object.ts';
import { serverErrors } from './errors.ts';

/** Levels of objects and arrays inside each other. */
export const maxDepth = 32;

/** Members of one object. */
export const maxMembers = 10_000;

/**
 * Parses JSON that can be read in only one way. `JSON.parse`, and on top of it: UTF-8 without a byte order mark, at
 * most 32 levels, at most 10,000 members in one object (a schema looks at each, and may have something to say about it),
 * no member twice in one object, no member that names a prototype, no number that is not finite, and no envelope member in other letters than the protocol's (`Method` beside `method`), which a less strict reader
 * behind or before this one would take for the real one. Linear in the size of the text.
 *
 * Throws JSON_INVALID where the text is not JSON, JSON_REFUSED where it is but breaks one of the further rules.
 */
export function parseStrictJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw serverErrors.JSON_INVALID({ message: 'The request body is not UTF-8.' });
  const text = bytes.toString('utf8');
  const members = scan(text);
  const value = parse(text);
  let seen = 0;

  function walk(node: unknown): void {
    if (typeof node === 'number') {
      if (!Number.isFinite(node)) throw refused('A number in the request body is too large.');
    } else if (Array.isArray(node)) {
      for (const item of node) walk(item);
    } else if (typeof node === 'object' && node !== null) {
      const keys = Object.keys(node);
      if (keys.length > maxMembers) throw refused(`An object in the request body has more than ${maxMembers} members.`);
      for (const key of keys) {
        seen += 1;
        if (prototypeNames.has(key)) throw refused(`The request body has a member ${key}, which is not allowed.`);
        walk((node as Record<string, unknown>)[key]);
      }
    }
  }
  walk(value);
  // `JSON.parse` keeps the last of several members with one name, so fewer are left than the text has.
  if (seen !== members) throw refused('The request body has a member twice in one object.');
  for (const message of Array.isArray(value) ? value : [value]) checkEnvelope(message);
  return value;
}

const prototypeNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function refused(message: string) {
  return serverErrors.JSON_REFUSED({ message });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw serverErrors.JSON_INVALID({ cause });
  }
}

const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;

/** Counts the members of all objects (the colons outside strings) and refuses what is nested too deeply. */
function scan(text: string): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === colon) {
      members += 1;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw refused(`The request body has more than ${maxDepth} levels inside each other.`);
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return members;
}

/** Where the string that begins at `start` ends: its closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

const envelopeMembers = namesOf(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
const paramsMembers = namesOf([
  '_meta',
  'name',
  'arguments',
  'uri',
  'ref',
  'argument',
  'context',
  'cursor',
  'level',
  'protocolVersion',
  'capabilities',
  'clientInfo',
  'inputResponses',
  'requestState',
]);

function checkEnvelope(message: unknown): void {
  if (typeof message !== 'object' || message === null) return;
  checkMembers(message, envelopeMembers);
  const { params } = message as { params?: unknown };
  if (isObject(params)) checkMembers(params, paramsMembers);
}

function checkMembers(object: object, names: Names): void {
  for (const key of Object.keys(object)) {
    if (names.exact.has(key)) continue;
    const name = names.byPlain.get(plain(key));
    if (name !== undefined) {
      throw refused(`The request body has a member ${JSON.stringify(key.slice(0, 40))}; the protocol writes ${name}.`);
    }
  }
}

interface Names {
  readonly exact: ReadonlySet<string>;
  readonly byPlain: ReadonlyMap<string, string>;
}

function namesOf(names: readonly string[]): Names {
  return { exact: new Set(names), byPlain: new Map(names.map(name => [plain(name), name])) };
}

/** What a reader that ignores case would take the name for; `ſ` and `K` (Kelvin) are letters to it as well. */
function plain(key: string): string {
  return key.normalize('NFKC').toLowerCase();
}
