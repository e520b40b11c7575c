import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditContent } from '../../../plugins/security/audit/audit-row.ts';
import { createChain, entryHash, genesis } from '../../../plugins/security/audit/chain.ts';
import { safeText } from '../../../plugins/security/audit/safe-text.ts';
import { verifies } from '../../requirements.ts';
import { principalIn } from '../base/principal-in.ts';
import { callIn } from './call-in.ts';

const secret = 'gh_PREFIX12_AgB6Na2K1WSrx6Hx1sirm772kxWXoKoBZjzHbFX16TkQ5Bqzie';

describe('text in the log', () => {
  test.each([
    ['plain', 'plain'],
    [`my ${secret} is`, 'my gh_PREFIX12_… is'],
    ['a\u0000b\nc\u001b[31m', 'a b c [31m'],
    ['d\u009b31m\u0085e', 'd 31m e'],
    ['half \ud800 pair', 'half \ufffd pair'],
  ])('%j becomes %j', (text, expected) => expect(safeText(text, 100)).toBe(expected));

  test('can always be stored, and is never longer than allowed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, length) => {
        const safe = safeText(text, length);
        expect(safe.length).toBeLessThanOrEqual(length);
        expect(safe.isWellFormed()).toBe(true);
        expect(safe).not.toContain('\u0000');
      }),
    );
  });
});

describe('audit entries', () => {
  const call = callIn({
    principal: principalIn(['sales']),
    session: { id: 's'.repeat(24) },
    presented: { secret, via: 'bearer' },
    params: { name: 'search', arguments: { domain: [['email', '=', 'top-secret-value']], key: secret } },
    arguments: { domain: [['email', '=', 'top-secret-value']] },
    receivedAt: Date.parse('2026-11-21T12:00:00Z'),
    touches: [
      {
        model: 'x.partner',
        operation: 'read',
        fields: [{ path: 'email', use: 'read', at: 'domain[0][0]' }],
        ids: ['a'.repeat(24)],
        domain: 'email = …',
      },
    ],
  });
  const reached = [
    { model: 'x.partner', operation: 'read' as const, ids: ['b'.repeat(24)], count: 7, fields: ['name'] },
    { model: 'x.country', operation: 'read' as const, ids: [], count: 1, fields: ['name'] },
  ];

  test(`${verifies('AUD-1')} say who, from where, what was asked and touched, and how it ended`, () => {
    expect(auditContent({ call, outcome: { kind: 'ok' }, reached, durationMs: 1.2345 })).toEqual({
      time: '2026-11-21T12:00:00.000Z',
      call_id: 'c'.repeat(24),
      trace_id: null,
      transport: 'http',
      method: 'tools/call',
      tool: 'search',
      model: 'x.partner',
      models: ' x.partner x.country ',
      record_ids: [`x.partner/${'a'.repeat(24)}`, `x.partner/${'b'.repeat(24)}`],
      unlisted: [
        ['x.partner', 'more'],
        ['x.country', 'figures'],
      ],
      fields: ['x.partner.email', 'x.partner.name', 'x.country.name'],
      domain: 'email = …',
      credential_kind: 'api-key',
      credential_id: 'f'.repeat(24),
      credential_label: 'PREFIX12',
      user_id: '0123456789abcdef01234567',
      user_login: 'sara',
      session_id: 's'.repeat(24),
      address: '203.0.113.7',
      client_name: 'test',
      client_version: '1',
      user_agent: 'vitest',
      outcome: 'ok',
      stage: null,
      code: null,
      reason: null,
      touched: 8,
      duration_us: 1235,
    });
  });

  test(`${verifies('AUD-1')} of refused authentication name the key that was claimed, and never its secret`, () => {
    const outcome = { kind: 'denied', stage: 'authenticate', code: 'UNAUTHENTICATED', reason: 'wrong secret' } as const;
    const entry = auditContent({ call: { ...call, principal: undefined }, outcome, reached: [], durationMs: 0 });
    expect(entry).toMatchObject({
      credential_label: 'PREFIX12',
      user_login: null,
      stage: 'authenticate',
      reason: 'wrong secret',
    });
    const other = auditContent({
      call: { ...call, principal: undefined, presented: { secret: 'hunter2', via: 'bearer' } },
      outcome,
      reached: [],
      durationMs: 0,
    });
    expect(other.credential_label).toBeNull();
  });

  test(`${verifies('AUD-1')} hold no secret and no value, wherever a caller puts one`, () => {
    const hostile = {
      ...call,
      target: `search ${secret}`,
      client: { name: secret, version: secret, userAgent: `curl ${secret}`, sessionId: secret },
      touches: [
        {
          model: secret,
          operation: 'read' as const,
          ids: [secret],
          domain: secret,
          fields: [{ path: secret, use: 'read' as const, at: secret }],
        },
      ],
    };
    const outcome = { kind: 'error', code: 'INTERNAL', reason: `failed for ${secret}` } as const;
    const text = JSON.stringify(auditContent({ call: hostile, outcome, reached, durationMs: 1 }));
    expect(text).not.toContain(secret.slice(12));
    expect(text).not.toContain('top-secret-value');
  });

  test('stay small whatever is sent', () => {
    const long = 'x'.repeat(1_000_000);
    const many = Array.from({ length: 5_000 }, (_, index) => `${index}${long.slice(0, 500)}`);
    const hostile = {
      ...call,
      target: long,
      client: { name: long, version: long, userAgent: long, sessionId: long },
      touches: many.map(name => ({
        model: name,
        operation: 'read' as const,
        ids: many.slice(0, 10),
        fields: [{ path: name, use: 'read' as const, at: '' }],
      })),
    };
    const entry = auditContent({ call: hostile, outcome: { kind: 'ok' }, reached: [], durationMs: 0 });
    expect(JSON.stringify(entry).length).toBeLessThan(100_000);
  });
});

describe('the chain', () => {
  const content = auditContent({ call: callIn(), outcome: { kind: 'ok' }, reached: [], durationMs: 0 });

  test('links every entry to the one before', () => {
    const chain = createChain('one');
    const [first, second] = [chain.add({ id: 'e', ...content }), chain.add({ id: 'e', ...content })];
    expect(first).toMatchObject({ chain: 'one', sequence: 1, previous: genesis });
    expect(second).toMatchObject({ chain: 'one', sequence: 2, previous: first?.hash });
    expect(second && entryHash({ ...second })).toBe(second?.hash);
  });

  test('hashes an entry from before there were traces as it did then, and a trace where there is one', () => {
    const old = { id: 'e', chain: 'one', sequence: 1, previous: genesis, call_id: 'c', method: 'tools/list' };
    expect(entryHash(old)).toBe('e351c01c2ae59f1c07d2d5f567a99291ee944a97a0c5b7f7311bd31c71ec78f7');
    expect(entryHash({ ...old, trace_id: null })).toBe(entryHash(old));
    const traced = { ...old, trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' };
    expect(entryHash(traced)).not.toBe(entryHash(old));
    expect(entryHash({ ...traced, trace_id: 'a'.repeat(32) })).not.toBe(entryHash(traced));
  });

  test('shows any change of an entry: of its content, its place and its chain', () => {
    const entry = createChain('one').add({ id: 'e', ...content });
    for (const name of Object.keys(entry)) {
      if (name !== 'hash') expect(entryHash({ ...entry, [name]: 'changed' }), name).not.toBe(entry.hash);
    }
  });
});
