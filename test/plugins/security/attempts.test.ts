import { describe, expect, test } from 'vitest';
import { createAttempts } from '../../../plugins/security/keys/attempts.ts';
import { verifies } from '../../requirements.ts';

const settings = { free: 3, attempts: 10, minutes: 15 };
const claim = { prefix: 'PREFIX12', address: '203.0.113.7' };

function start() {
  const clock = { now: 1_000_000 };
  return { clock, attempts: createAttempts({ now: () => clock.now, settings }) };
}

describe(`${verifies('KEY-9')} failed authentication`, () => {
  test('is slowed after the free attempts, each wait twice the last, and locked out in the end', () => {
    const { clock, attempts } = start();
    const waits: number[] = [];
    for (let failure = 1; failure <= settings.attempts; failure += 1) {
      expect(attempts.isOpen(claim)).toBe(true);
      attempts.failed(claim);
      const before = clock.now;
      while (!attempts.isOpen(claim)) clock.now += 500;
      waits.push(clock.now - before);
    }
    expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 900_000]);
  });

  test('from one address holds up neither the owner elsewhere nor other keys from there', () => {
    const { attempts } = start();
    for (let failure = 0; failure < 20; failure += 1) attempts.failed(claim);
    expect(attempts.isOpen(claim)).toBe(false);
    expect(attempts.isOpen({ ...claim, address: '198.51.100.9' })).toBe(true);
    expect(attempts.isOpen({ ...claim, prefix: 'OTHERKEY' })).toBe(true);
  });

  test('counts an IPv6 host by its network of 64 bits, and a mapped address as the IPv4 that it is', () => {
    const { attempts } = start();
    for (let host = 1; host <= 10; host += 1) attempts.failed({ ...claim, address: `2001:db8:1:2::${host}` });
    expect(attempts.isOpen({ ...claim, address: '2001:db8:1:2:ffff::1' })).toBe(false);
    expect(attempts.isOpen({ ...claim, address: '2001:db8:1:3::1' })).toBe(true);
    for (let failure = 0; failure < 10; failure += 1) attempts.failed({ ...claim, address: '::ffff:192.0.2.1' });
    expect(attempts.isOpen({ ...claim, address: '192.0.2.1' })).toBe(false);
  });

  test('is forgotten after a success, and after the time of a lock-out', () => {
    const { clock, attempts } = start();
    for (let failure = 0; failure < 5; failure += 1) attempts.failed(claim);
    attempts.succeeded(claim);
    expect(attempts.isOpen(claim)).toBe(true);
    attempts.failed(claim);
    expect(attempts.isOpen(claim)).toBe(true);
    for (let failure = 0; failure < 4; failure += 1) attempts.failed(claim);
    expect(attempts.isOpen(claim)).toBe(false);
    clock.now += 15 * 60_000;
    attempts.failed(claim);
    expect(attempts.isOpen(claim)).toBe(true);
  });
});
