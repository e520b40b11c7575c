import { describe, expect, test } from 'vitest';
import { parseAllowedHours } from '../../../plugins/security/keys/allowed-hours.ts';
import { verifies } from '../../requirements.ts';

describe(`${verifies('KEY-3')} allowed hours`, () => {
  test.each([
    // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC then.
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-11-23T06:59:59Z', false],
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-11-23T07:00:00Z', true],
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-11-23T16:59:59Z', true],
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-11-23T17:00:00Z', false],
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-11-28T10:00:00Z', false],
    // Summer time: two hours ahead.
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-07-20T06:00:00Z', true],
    ['mon-fri 08:00-18:00', 'Europe/Berlin', '2026-07-20T16:00:00Z', false],
    ['mon-fri 08:00-18:00, sat 09:00-12:00', 'UTC', '2026-11-28T10:00:00Z', true],
    ['09:00-10:00', 'UTC', '2026-11-29T09:30:00Z', true],
    // Over midnight, and over the end of the week.
    ['sun 22:00-06:00', 'UTC', '2026-11-29T23:00:00Z', true],
    ['sun 22:00-06:00', 'UTC', '2026-11-30T05:59:00Z', true],
    ['sun 22:00-06:00', 'UTC', '2026-11-30T06:00:00Z', false],
    ['sun 22:00-06:00', 'UTC', '2026-11-29T05:00:00Z', false],
    ['fri-mon 00:00-24:00', 'UTC', '2026-11-22T12:00:00Z', true],
    ['fri-mon 00:00-24:00', 'UTC', '2026-11-24T12:00:00Z', false],
    // A zone where it is already another day.
    ['tue 00:00-24:00', 'Pacific/Kiritimati', '2026-11-23T10:00:00Z', true],
  ])('%s in %s at %s: %s', (text, zone, time, expected) => {
    const hours = parseAllowedHours(text, zone);
    expect(hours?.includes(Date.parse(time))).toBe(expected);
    // The answer is kept for a minute; another minute is asked anew.
    expect(hours?.includes(Date.parse(time))).toBe(expected);
  });

  test.each([
    ['', 'UTC'],
    ['always', 'UTC'],
    ['mon-fri', 'UTC'],
    ['mon 25:00-26:00', 'UTC'],
    ['mon 08:60-09:00', 'UTC'],
    ['mon 08:00-08:00', 'UTC'],
    ['xxx 08:00-09:00', 'UTC'],
    ['mon 08:00-09:00,', 'UTC'],
    ['mon 08:00-09:00', 'Mars/Olympus'],
  ])('%j in %s cannot be read', (text, zone) => expect(parseAllowedHours(text, zone)).toBeUndefined());
});
