import { pino } from 'pino';
import type { Call, Principal, Runtime } from '../../../src/index.ts';
import { defineModel, field } from '../../../src/index.ts';
import type { AccessLayer } from '../../../src/model/access-policy.ts';
import { createAccessPolicy } from '../../../src/model/create-access-policy.ts';
import { buildRegistry } from '../../../src/model/registry.ts';

/** A call on its way through the guards. */
export function callIn(parts: Partial<Call> & { principal?: Principal | undefined } = {}): Call {
  return {
    id: 'c'.repeat(24),
    receivedAt: 0,
    transport: 'http',
    era: 'modern',
    protocolVersion: '2026-07-28',
    method: 'tools/call',
    params: {},
    target: 'search',
    client: { name: 'test', version: '1', userAgent: 'vitest', sessionId: undefined },
    address: '203.0.113.7',
    presented: undefined,
    traceparent: undefined,
    tool: undefined,
    arguments: {},
    touches: [],
    scope: undefined,
    principal: undefined,
    session: undefined,
    responseHeaders: {},
    reached: [],
    ...parts,
  };
}

const models = [
  defineModel({
    name: 'x.partner',
    label: 'Partner',
    description: 'One.',
    fields: {
      name: field.char(),
      email: field.char({ classify: 'pii' }),
      parent_id: field.many2one({ to: 'x.partner' }),
      vault_id: field.many2one({ to: 'x.vault' }),
      order_ids: field.one2many({ to: 'x.order', inverse: 'partner_id' }),
    },
  }),
  defineModel({
    name: 'x.order',
    label: 'Order',
    description: 'One.',
    fields: { name: field.char(), partner_id: field.many2one({ to: 'x.partner' }) },
  }),
  defineModel({ name: 'x.vault', label: 'Vault', description: 'One.', fields: { name: field.char() } }),
];

/** The part of a runtime that the guards of touches need: partners may be read and written, but no e-mail; vaults not. */
export function guardRuntime(layer: Partial<AccessLayer> = {}): Runtime {
  const { registry } = buildRegistry({ models, extensions: [] });
  const policy = createAccessPolicy({
    registry,
    layers: [
      {
        name: 'test',
        operations: ({ model }) => new Set(model.name === 'x.vault' ? [] : (['read', 'write'] as const)),
        field: ({ name }) => ({ read: name !== 'email', write: name !== 'email' }),
        ...layer,
      },
    ],
  });
  const runtime = { registry, policy, log: pino({ level: 'silent' }), now: () => 0 };
  return runtime as unknown as Runtime;
}

/** What a guard says by throwing; undefined when it lets through. */
export function refusalOf(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
