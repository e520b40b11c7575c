import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkSettings } from '../../../src/config/settings-faults.ts';

const schema = z.strictObject({
  text: z.string().min(2).max(4).optional(),
  count: z.int().min(1).optional(),
  share: z.number().gt(0).lt(1).optional(),
  step: z.number().multipleOf(5).optional(),
  flag: z.boolean().optional(),
  names: z.array(z.string()).max(2).optional(),
  mode: z.enum(['fast', 'safe']).optional(),
  exact: z.literal('on').optional(),
  url: z.url().optional(),
  range: z.cidrv4().optional(),
  code: z
    .string()
    .regex(/^[A-Z]+$/)
    .optional(),
  limit: z.union([z.int(), z.literal('none')]).optional(),
  nested: z.strictObject({ minutes: z.int().default(1) }).prefault({}),
  byName: z.record(z.string(), z.strictObject({ rate: z.int() })).optional(),
  own: z
    .string()
    .refine(text => text === 'x', 'Expected an x.')
    .optional(),
});

test.each([
  [{ text: 'a' }, 'text', 'Expected at least 2 characters.'],
  [{ text: 'abcde' }, 'text', 'Expected at most 4 characters.'],
  [{ text: 5 }, 'text', 'Expected text, got a number.'],
  [{ text: null }, 'text', 'Expected text, got null.'],
  [{ count: 1.5 }, 'count', 'Expected a whole number, got a number.'],
  [{ count: Number.NaN }, 'count', 'Expected a number, got not a number.'],
  [{ share: 0 }, 'share', 'Expected more than 0.'],
  [{ share: 1 }, 'share', 'Expected less than 1.'],
  [{ step: 7 }, 'step', 'Expected a multiple of 5.'],
  [{ flag: 'yes' }, 'flag', 'Expected true or false, got text.'],
  [{ names: 'a' }, 'names', 'Expected a list, got text.'],
  [{ names: ['a', 'b', 'c'] }, 'names', 'Expected at most 2 entries.'],
  [{ names: ['a', 1] }, 'names.1', 'Expected text, got a number.'],
  [{ mode: 'sfae' }, 'mode', 'Expected one of fast, safe, got "sfae". Did you mean safe?'],
  [{ mode: 3 }, 'mode', 'Expected one of fast, safe, got a number.'],
  [{ exact: 'off' }, 'exact', 'Expected on, got "off".'],
  [{ url: 'x' }, 'url', 'Expected a URL.'],
  [{ range: 'x' }, 'range', 'Expected an IPv4 range such as 10.0.0.0/8.'],
  [{ code: 'x' }, 'code', 'Expected text that fits /^[A-Z]+$/.'],
  [{ limit: {} }, 'limit', 'Expected a number, got an object. Or: Expected none, got an object.'],
  [{ own: 'y' }, 'own', 'Expected an x.'],
  [{ nested: { minuts: 2 } }, 'nested.minuts', 'There is no setting minuts. Did you mean minutes?'],
  [{ nested: { zzz: 2 } }, 'nested.zzz', 'There is no setting zzz. Expected one of minutes.'],
  [{ byName: { a: { rat: 1, rate: 1 } } }, 'byName.a.rat', 'There is no setting rat. Did you mean rate?'],
  [{ byName: { a: {} } }, 'byName.a.rate', 'This is missing: expected a number.'],
])('%j: %s: %s', (value, path, message) => {
  const { faults = [] } = checkSettings({ schema, value, path: ['plugins', 'x'] });
  expect(faults.map(fault => ({ path: fault.path?.join('.'), message: fault.message }))).toEqual([
    { path: `plugins.x.${path}`, message },
  ]);
});

test('settings that fit come with their defaults', () => {
  expect(checkSettings({ schema, value: { text: 'abc' }, path: [] })).toEqual({
    value: { text: 'abc', nested: { minutes: 1 } },
  });
});

test('every unknown setting is a fault of its own', () => {
  const { faults = [] } = checkSettings({ schema, value: { a: 1, b: 2 }, path: [] });
  expect(faults.map(({ path }) => path)).toEqual([['a'], ['b']]);
});
