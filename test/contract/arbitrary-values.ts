import fc from 'fast-check';
import type { Json, Row } from '../../src/store/port.ts';
import { contractModels } from './contract-models.ts';

/** What trips up databases: case, accents, ligatures, astral and private characters, operators, escapes, line breaks. */
const nasty = [
  '',
  ' ',
  'Anna',
  'anna',
  'ANNA',
  'Anna Bell',
  'Änne',
  'A\u0308nne',
  'straße',
  'STRASSE',
  'İstanbul',
  'ΟΔΟΣ',
  'οδός',
  '😀',
  '👩\u200d👩\u200d👧',
  '\uFFFD',
  '\uE000',
  '𝔘nicode',
  'ﬁsh',
  '東京 都',
  'one\ntwo',
  'one\r\ntwo',
  'one\u2028two',
  '\n',
  '%',
  '_',
  '\\',
  'a%b',
  'a_b',
  '\\%',
  '*',
  '?',
  '[a]',
  '^a',
  'a$',
  '.*',
  '(a+)+',
  '\\Qa\\E',
  '$where',
  '$eq',
  '$name',
  '$$ROOT',
  '__proto__',
  'null',
  'true',
  '0',
  '12',
  "o'neil",
  '"quoted"',
  '`tick`',
  ';--',
  'a.b',
  'x\u0001y',
  '\u00a0',
  '\ufeffbom',
];

/** Text that a store accepts: no U+0000, no half surrogate pair. */
export const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...nasty) },
  fc.string({ unit: 'binary', maxLength: 8 }).map(value => value.replaceAll('\0', '')),
);

export const integers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

export const floats = fc.oneof(
  fc.constantFrom(0, 0.1, 0.2, 0.30000000000000004, -1.5, 1e-7, 1e21, 5e-324, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => (value === 0 ? 0 : value)),
);

export const dates = fc.constantFrom(
  '1969-12-31',
  '1970-01-01',
  '2024-02-29',
  '2024-12-29',
  '2024-12-30',
  '2024-12-31',
  '2025-01-01',
  '2025-06-15',
);

export const codes = fc.constantFrom('DE', 'de', 'FR', 'ÖS', '😀', '');

const counts: Readonly<Record<string, number>> = { 'contract.country': 3, 'contract.tag': 3, 'contract.person': 6 };

/** Ids of a model's rows, and one that no row has. */
export function ids(model: string): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: counts[model] ?? 0 }).map(number => idOf(model, number));
}

/** The id of a model's row with this number; letters among the digits show where case or type is lost. */
export function idOf(model: string, number: number): string {
  const prefix = contractModels.findIndex(candidate => candidate.name === model) + 10;
  return `${prefix.toString(16)}0e${number.toString(16)}`.padEnd(24, 'f0');
}

type Values = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const json: fc.Arbitrary<Json> = fc
  .dictionary(fc.oneof(fc.constantFrom('a', 'A', '$a', 'a.b', '', ' '), text), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 3,
  })
  .map((value): Json => JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '')));

function values(model: string): Values {
  const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 3 });
  if (model === 'contract.country') return { name: maybe(text) };
  if (model === 'contract.tag') return { name: maybe(text), owner_id: maybe(ids('contract.person')) };
  return {
    name: maybe(text),
    bio: maybe(text),
    note: maybe(text),
    age: maybe(integers),
    balance: maybe(integers),
    score: maybe(floats),
    active: maybe(fc.boolean()),
    born: maybe(dates),
    extra: maybe(json),
    manager_id: maybe(ids('contract.person')),
    country_id: maybe(ids('contract.country')),
    tag_ids: fc.uniqueArray(ids('contract.tag'), { maxLength: 3 }),
  };
}

/** One row of a model, with a random id unless `id` says another one. */
export function arbitraryRow(model: string, id: fc.Arbitrary<string> = ids(model)): fc.Arbitrary<Row> {
  const code = model === 'contract.country' ? { code: fc.option(codes, { nil: null }) } : {};
  return fc.record({ id, version: fc.constant(1), ...values(model), ...code }) as fc.Arbitrary<Row>;
}

/** Rows for every model, by its name: ids within each are distinct, unique values too. */
export function arbitraryRows(): fc.Arbitrary<Readonly<Record<string, readonly Row[]>>> {
  const tables = Object.entries(counts).map(([model, count]) => {
    const rows = fc.tuple(
      ...Array.from({ length: count }, (_, number) => arbitraryRow(model, fc.constant(idOf(model, number)))),
    );
    return rows.map((list): [string, readonly Row[]] => [model, withoutRepeatedCodes(list)]);
  });
  return fc.tuple(...tables).map(entries => Object.fromEntries(entries));
}

function withoutRepeatedCodes(rows: readonly Row[]): readonly Row[] {
  return rows.map((row, index) =>
    'code' in row && rows.slice(0, index).some(other => other.code === row.code) ? { ...row, code: null } : row,
  );
}
