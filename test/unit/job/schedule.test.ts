import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSchedule } from '../../../src/job/schedule.ts';
import { verifies } from '../../requirements.ts';

function dueTimes(input: { schedule: string; timeZone?: string; after: string; count: number }): string[] {
  const schedule = readSchedule(input);
  if ('fault' in schedule) throw new Error(schedule.fault);
  const times: string[] = [];
  let time = Date.parse(input.after);
  for (let index = 0; index < input.count; index += 1) {
    time = schedule.next(time);
    times.push(new Date(time).toISOString().slice(0, 16));
  }
  return times;
}

describe(`${verifies('JOB-1')} when a job is due`, () => {
  test.each<[string, Parameters<typeof dueTimes>[0], string[]]>([
    [
      'UTC unless it says otherwise',
      { schedule: '30 2 * * *', after: '2026-03-28T12:00:00Z', count: 3 },
      ['2026-03-29T02:30', '2026-03-30T02:30', '2026-03-31T02:30'],
    ],
    [
      'never at the moment itself',
      { schedule: '0 * * * *', after: '2026-01-01T10:00:00Z', count: 2 },
      ['2026-01-01T11:00', '2026-01-01T12:00'],
    ],
    [
      'a time zone with an offset of half an hour',
      { schedule: '0 9 * * *', timeZone: 'Asia/Kolkata', after: '2026-01-01T00:00:00Z', count: 2 },
      ['2026-01-01T03:30', '2026-01-02T03:30'],
    ],
    [
      'spring forward over its time: as much later, and only once',
      { schedule: '30 2 * * *', timeZone: 'Europe/Berlin', after: '2026-03-28T00:00:00Z', count: 3 },
      ['2026-03-28T01:30', '2026-03-29T01:30', '2026-03-30T00:30'],
    ],
    [
      'spring forward: several times of the lost hour keep their distances',
      { schedule: '0,30 2 * * *', timeZone: 'America/New_York', after: '2026-03-08T00:00:00Z', count: 3 },
      ['2026-03-08T07:00', '2026-03-08T07:30', '2026-03-09T06:00'],
    ],
    [
      'fall back: the first of two',
      { schedule: '30 2 * * *', timeZone: 'Europe/Berlin', after: '2026-10-24T12:00:00Z', count: 3 },
      ['2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30'],
    ],
    [
      'fall back in New York',
      { schedule: '30 1 * * *', timeZone: 'America/New_York', after: '2026-10-31T12:00:00Z', count: 2 },
      ['2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'every hour goes by elapsed time, spring',
      { schedule: '30 * * * *', timeZone: 'Europe/Berlin', after: '2026-03-29T00:00:00Z', count: 3 },
      ['2026-03-29T00:30', '2026-03-29T01:30', '2026-03-29T02:30'],
    ],
    [
      'every hour goes by elapsed time, autumn: both of the two',
      { schedule: '30 * * * *', timeZone: 'Europe/Berlin', after: '2026-10-25T00:00:00Z', count: 4 },
      ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30', '2026-10-25T03:30'],
    ],
    [
      'the clock is put forward at midnight',
      { schedule: '0 0 * * *', timeZone: 'Africa/Cairo', after: '2026-04-22T23:00:00Z', count: 3 },
      ['2026-04-23T22:00', '2026-04-24T21:00', '2026-04-25T21:00'],
    ],
    [
      'a day that a country left out',
      { schedule: '0 12 * * *', timeZone: 'Pacific/Apia', after: '2011-12-29T10:30:00Z', count: 3 },
      ['2011-12-29T22:00', '2011-12-30T22:00', '2011-12-31T22:00'],
    ],
    [
      'the last day of the month',
      { schedule: '0 6 L * *', after: '2026-01-31T06:00:00Z', count: 2 },
      ['2026-02-28T06:00', '2026-03-31T06:00'],
    ],
    [
      'leap days',
      { schedule: '0 0 29 2 *', after: '2026-01-01T00:00:00Z', count: 2 },
      ['2028-02-29T00:00', '2032-02-29T00:00'],
    ],
    [
      'the weekdays of the time zone, not of UTC',
      { schedule: '0 1 * * mon', timeZone: 'Pacific/Auckland', after: '2026-06-01T00:00:00Z', count: 1 },
      ['2026-06-07T13:00'],
    ],
  ])('%s', (_, input, expected) => {
    expect(dueTimes(input)).toEqual(expected);
  });

  test.each([
    ['0 0 30 2 *', undefined, /cannot be read/],
    ['0 0 L-29 2 *', undefined, 'The schedule "0 0 L-29 2 *" names no day that there is.'],
    ['* * * *', undefined, /^The schedule "\* \* \* \*" cannot be read: expected 5 or 6 fields/],
    ['61 * * * *', undefined, /cannot be read/],
    ['*/10 * * * * *', undefined, 'The schedule "*/10 * * * * *" has seconds; a minute is the least.'],
    ['0 3 * * *', 'Mars/Olympus', 'There is no time zone Mars/Olympus.'],
  ])('%s in %s is refused', (schedule, timeZone, fault) => {
    expect(readSchedule({ schedule, ...(timeZone && { timeZone }) })).toEqual({
      fault: typeof fault === 'string' ? fault : expect.stringMatching(fault),
    });
  });

  test('every due time is later than the last, and fixed times come once on every day, however clocks change', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'America/Santiago',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }),
        (timeZone, hour, minute, start) => {
          const schedule = readSchedule({ schedule: `${minute} ${hour} * * *`, timeZone });
          if ('fault' in schedule) throw new Error(schedule.fault);
          const days = new Intl.DateTimeFormat('en-CA', { timeZone });
          let time = start;
          const seen: string[] = [];
          for (let index = 0; index < 8; index += 1) {
            const next = schedule.next(time);
            expect(next).toBeGreaterThan(time);
            expect(next - time).toBeLessThanOrEqual(26 * 3_600_000);
            time = next;
            seen.push(days.format(next));
          }
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 100 },
    );
  });
});
