import { describe, expect, test } from 'vitest';
import { type Baseline, judge } from '../../../../plugins/security/alerts/baseline.ts';
import { verifies } from '../../../requirements.ts';
import { alertsWith } from './alert-house.ts';

const day = 86_400_000;
const start = Date.parse('2026-11-01T12:00:00Z');
const settings = alertsWith();

/** Days one after the other, each with its models and records; what was said on the last. */
function lastOf(days: readonly { models?: readonly string[]; records?: number; at?: number }[]) {
  let baseline: Baseline | undefined;
  let verdict: ReturnType<typeof judge> | undefined;
  for (const [index, { models = [], records = 0, at = index }] of days.entries()) {
    verdict = judge({ baseline, activity: { models: new Set(models), records, time: start + at * day }, settings });
    baseline = verdict.baseline;
  }
  return verdict;
}

describe('unusual models', () => {
  test.each([
    ['within the learning period nothing is', [{ models: ['a'] }, { models: ['b'], at: 6.9 }], []],
    ['after it, one never used is', [{ models: ['a'] }, { models: ['a', 'b'], at: 7 }], ['b']],
    ['once told it is known', [{ models: ['a'] }, { models: ['b'], at: 8 }, { models: ['b'], at: 9 }], []],
    ['one not used for so many days is again', [{ models: ['a'] }, { models: ['a'], at: 31 }], ['a']],
    ['one used lately is not', [{ models: ['a'] }, { models: ['a'], at: 20 }, { models: ['a'], at: 45 }], []],
    [
      'names of objects are names like others',
      [{ models: ['a'] }, { models: ['constructor'], at: 8 }],
      ['constructor'],
    ],
  ])(`${verifies('ALERT-1')} %s`, (_, days, unusual) => {
    expect(lastOf(days)?.unusual).toEqual(unusual);
  });

  test('however many models, 200 are kept', () => {
    const many = Array.from({ length: 500 }, (_, index) => `m.${index}`);
    expect(Object.keys(lastOf([{ models: many }])?.baseline.models ?? {})).toHaveLength(200);
  });
});

describe('volume', () => {
  const usual = (records: number, days = 6) => Array.from({ length: days }, () => ({ records }));
  test.each([
    ['too few days are known', [...usual(10, 4), { records: 1e6 }], undefined],
    ['the minimum is not reached', [...usual(10), { records: 1000 }], undefined],
    ['it is', [...usual(10), { records: 1001 }], { records: 1001, usual: 10 }],
    ['five times the usual is allowed', [...usual(1000), { records: 5000 }], undefined],
    ['more is not', [...usual(1000), { records: 5001 }], { records: 5001, usual: 1000 }],
    ['it comes bit by bit', [...usual(1000), { records: 5000 }, { records: 1, at: 6 }], { records: 5001, usual: 1000 }],
    ['it is said once a day', [...usual(1000), { records: 5001 }, { records: 9999, at: 6 }], undefined],
    [
      'one wild day moves nothing',
      [...usual(1000), { records: 1e6 }, { records: 5001 }],
      { records: 5001, usual: 1000 },
    ],
    ['days without calls do not count', [...usual(2000), { records: 9000, at: 20 }], undefined],
  ])(`${verifies('ALERT-1')} %s`, (_, days, volume) => {
    expect(lastOf(days)?.volume).toEqual(volume);
  });

  test('28 days are kept', () => {
    expect(Object.keys(lastOf(usual(1, 60))?.baseline.days ?? {})).toHaveLength(28);
  });
});
