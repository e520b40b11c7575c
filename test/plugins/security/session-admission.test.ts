import { describe, expect, test } from 'vitest';
import { type Applicant, admit, type SessionLimits } from '../../../plugins/security/sessions/admission.ts';
import type { Slot, Slots } from '../../../plugins/security/sessions/slots.ts';
import { verifies } from '../../requirements.ts';

const minute = 60_000;
const now = 1_000 * minute;
const limits: SessionLimits = {
  limit: 3,
  idle: 30 * minute,
  maxAge: 24 * 60 * minute,
  whenFull: 'refuse',
  refusal: 15 * minute,
};

interface Open {
  readonly client: string;
  /** Minutes ago. */
  readonly age?: number;
  readonly idle?: number;
}

function ask(input: {
  open: readonly Open[];
  client: string;
  before?: string;
  ended?: Slots['ended'];
  limits?: Partial<SessionLimits>;
}) {
  const slots: Slots = {
    credentialId: 'f'.repeat(24),
    version: 1,
    open: input.open.map(({ client, age = 1 }) => ({ session: `s-${client}`, client, startedAt: now - age * minute })),
    ended: input.ended ?? [],
  };
  const idle = new Map(input.open.map(({ client, idle: minutes = 0 }) => [`s-${client}`, minutes * minute]));
  const applicant: Applicant = { client: input.client, before: input.before, newId: 's-new' };
  return admit({
    slots,
    applicant,
    limits: { ...limits, ...input.limits },
    now,
    lastActivity: ({ session }: Slot) => now - (idle.get(session) ?? 0),
  });
}

const three = [
  { client: 'a', age: 30 },
  { client: 'b', age: 20 },
  { client: 'c', age: 10 },
];

describe('admission to a session', () => {
  test('a known client goes on, and nothing is written', () => {
    expect(ask({ open: three, client: 'b' })).toMatchObject({
      verdict: { kind: 'known' },
      next: undefined,
      endings: [],
    });
  });

  test(`${verifies('SES-1')} a new client begins a session while there is room`, () => {
    const { verdict, next } = ask({ open: three.slice(1), client: 'n' });
    expect(verdict).toMatchObject({ kind: 'started', slot: { session: 's-new', client: 'n', startedAt: now } });
    expect(next?.open.map(({ client }) => client)).toEqual(['b', 'c', 'n']);
  });

  test(`${verifies('SES-2')} one more than the limit is refused, and nothing is written`, () => {
    expect(ask({ open: three, client: 'n' })).toMatchObject({
      verdict: { kind: 'full', limit: 3 },
      next: undefined,
      endings: [],
    });
  });

  test(`${verifies('SES-2')} or the oldest ends, and its client is refused for a time`, () => {
    const { verdict, next, endings } = ask({ open: three, client: 'n', limits: { whenFull: 'endOldest' } });
    expect(verdict.kind).toBe('started');
    expect(next?.open.map(({ client }) => client)).toEqual(['b', 'c', 'n']);
    expect(endings).toMatchObject([{ slot: { client: 'a' }, reason: 'pushed_out' }]);
    const again = ask({ open: three.slice(1), client: 'a', ended: next?.ended ?? [] });
    expect(again).toMatchObject({ verdict: { kind: 'ended', wait: limits.refusal }, next: undefined });
    const later = ask({ open: [], client: 'a', ended: [{ client: 'a', until: now }] });
    expect(later.verdict.kind).toBe('started');
  });

  test(`${verifies('SES-2')} a limit that was lowered ends as many of the oldest as are too many`, () => {
    const { next, endings } = ask({ open: three, client: 'n', limits: { whenFull: 'endOldest', limit: 1 } });
    expect(next?.open.map(({ client }) => client)).toEqual(['n']);
    expect(endings).toHaveLength(3);
  });

  test.each([
    [29, 'full'],
    [30, 'started'],
  ])(`${verifies('SES-2')} a session idle for %i minutes: another client is %s`, (idle, kind) => {
    const open = [...three.slice(1), { client: 'a', age: 100, idle }];
    expect(ask({ open, client: 'n' }).verdict.kind).toBe(kind);
  });

  test(`${verifies('SES-2')} an idle client gets a new session with its next call, the old one being closed`, () => {
    const { verdict, next, endings } = ask({ open: [{ client: 'a', age: 100, idle: 31 }], client: 'a' });
    expect(verdict).toMatchObject({ kind: 'started', slot: { session: 's-new' } });
    expect(endings).toMatchObject([{ slot: { session: 's-a' }, reason: 'idle' }]);
    expect(next?.open).toHaveLength(1);
  });

  test(`${verifies('SES-2')} a busy session past its maximum age says so once; then another may begin`, () => {
    const { verdict, next, endings } = ask({ open: [{ client: 'a', age: 24 * 60 }], client: 'a' });
    expect(verdict).toEqual({ kind: 'ended', wait: 0 });
    expect(endings).toMatchObject([{ reason: 'max_age' }]);
    expect(next).toEqual({ open: [], ended: [] });
    expect(ask({ open: [], client: 'a', ended: next?.ended ?? [] }).verdict.kind).toBe('started');
  });

  test.each([
    { age: 100, idle: 31 },
    { age: 24 * 60, idle: 0 },
  ])(`${verifies('SES-2')} a protocol session that has ended (%j) stays ended`, times => {
    const { verdict, next } = ask({ open: [{ client: 'p', ...times }], client: 'p', before: 'agent' });
    expect(verdict).toEqual({ kind: 'ended', wait: limits.refusal });
    expect(ask({ open: [], client: 'p', before: 'agent', ended: next?.ended ?? [] }).verdict.kind).toBe('ended');
    // The same client may initialize anew.
    expect(ask({ open: [], client: 'agent', ended: next?.ended ?? [] }).verdict.kind).toBe('started');
  });

  test(`${verifies('SES-1')} a client that has got a protocol session keeps its session and takes no second slot`, () => {
    const { verdict, next } = ask({ open: [...three.slice(1), { client: 'agent' }], client: 'p', before: 'agent' });
    expect(verdict).toMatchObject({ kind: 'known', slot: { session: 's-agent', client: 'p' } });
    expect(next?.open.map(({ client }) => client)).toEqual(['b', 'c', 'p']);
    const second = ask({ open: next?.open.map(({ client }) => ({ client })) ?? [], client: 'q', before: 'agent' });
    expect(second.verdict.kind).toBe('full');
  });

  test('ended clients are remembered up to a bound', () => {
    const ended = Array.from({ length: 100 }, (_, index) => ({ client: `e${index}`, until: now + minute }));
    const { next } = ask({ open: three, client: 'n', ended, limits: { whenFull: 'endOldest' } });
    expect(next?.ended).toHaveLength(100);
    expect(next?.ended.at(-1)?.client).toBe('a');
  });
});
