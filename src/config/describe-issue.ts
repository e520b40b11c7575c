import type { z } from 'zod';
import { didYouMean } from './nearest.ts';

type Issue = z.core.$ZodRawIssue;

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  function: 'a function',
  date: 'a date',
  null: 'null',
  undefined: 'nothing',
};

const formats: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an e-mail address',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'an IPv4 range such as 10.0.0.0/8',
  cidrv6: 'an IPv6 range such as fd00::/8',
  date: 'a date such as 2026-01-31',
  datetime: 'a time such as 2026-01-31T12:00:00Z',
  time: 'a time of day such as 08:30',
};

/**
 * What is wrong with a setting and what was expected, in plain words: an error map for zod. The value itself is
 * named only where the choices are known, for it may be a secret. A schema's own messages win.
 */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `This is missing: expected ${kindOf(issue.expected)}.`
        : `Expected ${kindOf(issue.expected)}, got ${describeValue(issue.input)}.`;
    case 'too_small':
      return `Expected ${bound('at least', issue.minimum, issue.inclusive)}${unit(issue.origin)}.`;
    case 'too_big':
      return `Expected ${bound('at most', issue.maximum, issue.inclusive)}${unit(issue.origin)}.`;
    case 'not_multiple_of':
      return `Expected a multiple of ${issue.divisor}.`;
    case 'invalid_format':
      return `Expected ${formats[issue.format] ?? (issue.pattern ? `text that fits ${issue.pattern}` : issue.format)}.`;
    case 'invalid_value':
      return describeChoice(issue.values.map(String), issue.input);
    case 'unrecognized_keys':
      return `There is no setting ${issue.keys.join(', ')}.`;
    case 'invalid_union':
      return issue.errors.map(branch => branch[0]?.message ?? 'Expected another form.').join(' Or: ');
    default:
      return issue.message ?? 'This does not fit.';
  }
}

/** The kind of a value, never the value: `text`, `a number`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Number.isNaN(value)) return 'not a number';
  return kindOf(Array.isArray(value) ? 'array' : typeof value);
}

function describeChoice(choices: readonly string[], input: unknown): string {
  const expected = choices.length === 1 ? choices[0] : `one of ${choices.join(', ')}`;
  if (typeof input !== 'string') return `Expected ${expected}, got ${describeValue(input)}.`;
  return `Expected ${expected}, got ${JSON.stringify(input.slice(0, 50))}.${didYouMean(input, choices)}`;
}

function kindOf(expected: string): string {
  return kinds[expected] ?? expected;
}

function bound(words: string, limit: number | bigint, inclusive: boolean | undefined): string {
  if (inclusive !== false) return `${words} ${limit}`;
  return `${words === 'at least' ? 'more' : 'less'} than ${limit}`;
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' entries' : '';
}
