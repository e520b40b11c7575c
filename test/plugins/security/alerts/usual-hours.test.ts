import { expect, test } from 'vitest';
import { usualHours } from '../../../../plugins/security/alerts/usual-hours.ts';
import { verifies } from '../../../requirements.ts';

const isUsual = usualHours('mon-fri 06:00-22:00');

test.each([
  ['2026-11-23T05:59:59Z', 'UTC', false],
  ['2026-11-23T06:00:00Z', 'UTC', true],
  ['2026-11-22T12:00:00Z', 'UTC', false],
  ['2026-11-23T21:30:00Z', 'Europe/Berlin', false],
  ['2026-11-23T05:00:00Z', 'Europe/Berlin', true],
  ['2026-11-23T01:00:00Z', 'Asia/Tokyo', true],
  // Saturday in Tokyo already, still Friday in UTC; and Friday still in Los Angeles when it is Saturday in UTC.
  ['2026-11-27T15:30:00Z', 'Asia/Tokyo', false],
  ['2026-11-28T01:00:00Z', 'America/Los_Angeles', true],
  // The clocks of Berlin change on 29 March 2026: 06:00 is 05:00 UTC before, 04:00 UTC after.
  ['2026-03-27T04:30:00Z', 'Europe/Berlin', false],
  ['2026-03-30T04:30:00Z', 'Europe/Berlin', true],
  ['2026-10-23T20:30:00Z', 'Europe/Berlin', false],
  ['2026-10-26T20:30:00Z', 'Europe/Berlin', true],
  // A time zone of half hours, and one that nobody knows.
  ['2026-11-23T00:30:00Z', 'Asia/Kolkata', true],
  ['2026-11-23T00:29:00Z', 'Asia/Kolkata', false],
  ['2026-11-23T06:00:00Z', 'Mars/Olympus', true],
])(`${verifies('ALERT-1')} usual hours are those on the clock of the user: %s in %s: %s`, (time, zone, expected) => {
  expect(isUsual(Date.parse(time), zone)).toBe(expected);
});
