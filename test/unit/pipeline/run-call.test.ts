import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { kernelErrors } from '../../../src/errors.ts';
import { systemPrincipal } from '../../../src/model/principal.ts';
import type { Call } from '../../../src/pipeline/call.ts';
import type { InboundMessage } from '../../../src/pipeline/gate.ts';
import { createGate } from '../../../src/pipeline/run-call.ts';
import { type StageName, stageNames } from '../../../src/pipeline/stages.ts';
import type { AuditEntry, Guard, ResourceProvider, Runtime } from '../../../src/plugin/scope.ts';
import { createCatalog } from '../../../src/tool/catalog.ts';
import { defineTool, type ToolDefinition } from '../../../src/tool/define-tool.ts';
import { verifies } from '../../requirements.ts';

const greet = defineTool({
  name: 'greet',
  title: 'Greet',
  description: 'Greets.',
  input: z.strictObject({ name: z.string() }),
  output: z.object({ greeting: z.string() }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  scope: () => 'read',
  touches: ({ name }) => [{ model: 'crm.partner', operation: 'read', ids: [name] }],
  async run({ name }) {
    if (name === 'crash') throw new TypeError('secret internals');
    if (name === 'nobody') throw kernelErrors.RECORD_NOT_FOUND();
    return { structured: { greeting: `Hello ${name}` } };
  },
});

const message: InboundMessage = {
  transport: 'http',
  era: 'modern',
  protocolVersion: '2026-07-28',
  method: 'tools/call',
  params: { name: 'greet', arguments: { name: 'Ada' } },
  client: { name: 'test', version: '1', userAgent: '', sessionId: undefined },
  address: '192.0.2.1',
  presented: undefined,
  traceparent: undefined,
};

const principal = systemPrincipal('test');
const knows: Guard = { name: 'knows everyone', check: () => principal };

/** A gate whose log is a list; `guards` are in addition to one that knows every caller. */
function gateWith(
  guards: Partial<Record<StageName, Guard[]>> = {},
  options: {
    deaf?: boolean;
    noSink?: boolean;
    tool?: Partial<ToolDefinition>;
    resource?: ResourceProvider;
    written?: () => unknown;
  } = {},
) {
  const entries: AuditEntry[] = [];
  const hooks: string[] = [];
  let ticks = 0;
  const runtime = {
    log: pino({ level: 'silent' }),
    newId: () => 'id',
    now: () => 1000,
    ticks: () => ticks++,
    emit: (hook: string) => hooks.push(hook),
  } as unknown as Runtime;
  const sink = {
    name: 'list',
    async write(entry: AuditEntry) {
      if (options.deaf) throw new Error('disk full');
      entries.push(entry);
      options.written?.();
    },
  };
  const gate = createGate({
    runtime,
    catalog: createCatalog({
      tools: [{ ...greet, ...options.tool }],
      prompts: [],
      resources: options.resource ? [options.resource] : [],
    }),
    guards: new Map(Object.entries({ authenticate: [knows], ...guards }) as [StageName, Guard[]][]),
    sinks: options.noSink ? [] : [sink],
    contextOf: call => ({ call, principal }) as never,
  });
  async function run(changes: Partial<InboundMessage> = {}) {
    const call = gate.receive({ ...message, ...changes });
    const refusal = await gate.admit(call);
    return refusal ? { ok: false as const, refusal } : gate.perform(call);
  }
  return { gate, entries, hooks, run };
}

test(`${verifies('AUD-1')} an allowed call runs and is logged`, async () => {
  const { run, entries, hooks } = gateWith();
  expect(await run()).toMatchObject({ ok: true, result: { structuredContent: { greeting: 'Hello Ada' } } });
  expect(entries).toMatchObject([{ outcome: { kind: 'ok' }, call: { touches: [{ model: 'crm.partner' }] } }]);
  expect(hooks).toEqual(['call.finished']);
});

test(`${verifies('FIELD-3')} a tool that the caller could not use is unknown, after the guards have said what they have to say`, async () => {
  const tool = { isUsable: () => false, run: () => expect.unreachable() };
  const hidden = await gateWith({}, { tool }).run();
  const unknown = await gateWith().run({ params: { name: 'nonsense', arguments: {} } });
  const said = (answer: typeof hidden) => (answer.ok ? expect.unreachable() : answer.refusal);
  expect(said(hidden)).toMatchObject({ as: 'protocol', error: { code: 'UNKNOWN_TOOL' } });
  const { publicMessage, data, spec } = said(unknown).error;
  expect(said(hidden).error).toMatchObject({ publicMessage, spec });
  expect(said(hidden).error.data).toEqual(data);
  const needsScope: Guard = { name: 'scopes', check: () => Promise.reject(kernelErrors.OPERATION_NOT_ALLOWED()) };
  const stepUp = await gateWith({ scope: [needsScope] }, { tool }).run();
  expect(stepUp).toMatchObject({ refusal: { stage: 'scope', as: 'http', error: { code: 'OPERATION_NOT_ALLOWED' } } });
});

test('a fault of the form is told before faults of the arguments, and to nobody unknown', async () => {
  const params = { name: 'greet', arguments: { surplus: 1 } };
  const fault = kernelErrors.UNKNOWN_METHOD();
  const told = async (guards = {}, changes = {}) => {
    const answer = await gateWith(guards).run({ params, ...changes });
    return answer.ok ? expect.unreachable() : answer.refusal.error.code;
  };
  expect(await told()).toBe('INVALID_ARGUMENTS');
  expect(await told({}, { fault })).toBe('UNKNOWN_METHOD');
  expect(await told({ authenticate: [] }, { fault })).toBe('UNAUTHENTICATED');
});

test(`${verifies('AUD-1')} what a tool has left undone is in its entry`, async () => {
  const note = { code: 'CONFIRMATION_REQUIRED', reason: 'nothing was changed' };
  const { run, entries } = gateWith({}, { tool: { run: async () => ({ structured: { greeting: '' }, note }) } });
  expect(await run()).toMatchObject({ ok: true });
  expect(entries).toMatchObject([{ outcome: { kind: 'ok', note } }]);
});

test('guards run stage by stage, and within a stage in their order', async () => {
  const order: string[] = [];
  const note = (name: string): Guard => ({ name, check: () => void order.push(name) });
  const guards = Object.fromEntries(
    stageNames.filter(name => name !== 'authenticate').map(name => [name, [note(`${name} 1`), note(`${name} 2`)]]),
  );
  await gateWith(guards).run();
  const expected = stageNames.filter(name => !['authenticate', 'execute', 'audit'].includes(name));
  expect(order).toEqual(expected.flatMap(name => [`${name} 1`, `${name} 2`]));
});

describe(`${verifies('PERM-1')} closed by default`, () => {
  test('nobody who knows the caller: 401', async () => {
    const { run, entries } = gateWith({ authenticate: [] });
    expect(await run()).toMatchObject({
      refusal: { stage: 'authenticate', as: 'http', error: { code: 'UNAUTHENTICATED' } },
    });
    expect(entries).toMatchObject([{ outcome: { kind: 'denied', stage: 'authenticate' } }]);
  });

  test.each(stageNames.filter(name => !['execute', 'audit'].includes(name)))(
    'a guard in %s that breaks refuses, and says nothing of why',
    async name => {
      const broken: Guard = { name: 'broken', check: () => Promise.reject(new TypeError('secret internals')) };
      const answer = await gateWith({ [name]: [broken] }).run();
      expect(answer.ok).toBe(false);
      expect(
        JSON.stringify(answer.ok || [answer.refusal.error.publicMessage, answer.refusal.error.data]),
      ).not.toContain('secret');
    },
  );

  test(`${verifies('AUD-2')} a log that cannot be written refuses the call`, async () => {
    expect(await gateWith({}, { deaf: true }).run()).toMatchObject({
      refusal: { stage: 'audit', as: 'http', error: { code: 'AUDIT_UNAVAILABLE', status: 503 } },
    });
  });

  test(`${verifies('AUD-2')} without any log nothing is answered, refusals neither`, async () => {
    expect(await gateWith({}, { noSink: true }).run()).toMatchObject({
      refusal: { error: { code: 'AUDIT_UNAVAILABLE' } },
    });
    expect(await gateWith({ authenticate: [] }, { noSink: true }).run()).toMatchObject({
      refusal: { error: { code: 'AUDIT_UNAVAILABLE' } },
    });
  });
});

test.each([
  ['an unknown tool', { params: { name: 'gone' } }, 'UNKNOWN_TOOL', 'protocol'],
  ['a tool name that is no text', { params: { name: { $ne: null } } }, 'UNKNOWN_TOOL', 'protocol'],
  [
    'an unknown argument',
    { params: { name: 'greet', arguments: { name: 'Ada', admin: true } } },
    'INVALID_ARGUMENTS',
    'tool',
  ],
  ['arguments that are no object', { params: { name: 'greet', arguments: [] } }, 'INVALID_ARGUMENTS', 'tool'],
  ['an unknown method', { method: 'records/steal', params: {} }, 'UNKNOWN_METHOD', 'protocol'],
  [
    'an unknown resource',
    { method: 'resources/read', params: { uri: 'file:///etc/passwd' } },
    'RESOURCE_NOT_FOUND',
    'protocol',
  ],
  ['an unknown prompt', { method: 'prompts/get', params: { name: 'x' } }, 'UNKNOWN_PROMPT', 'protocol'],
])('%s is refused and logged', async (_, changes, code, as) => {
  const { run, entries } = gateWith();
  expect(await run(changes)).toMatchObject({ ok: false, refusal: { as, error: { code } } });
  expect(entries).toHaveLength(1);
});

test('a stranger cannot find out which tools and arguments there are', async () => {
  const { run } = gateWith({ authenticate: [] });
  const answers = await Promise.all([
    run(),
    run({ params: { name: 'gone' } }),
    run({ params: { name: 'greet', arguments: { wrong: 1 } } }),
    run({ method: 'records/steal' }),
  ]);
  expect(new Set(answers.map(answer => JSON.stringify(answer)))).toHaveLength(1);
});

test('a tool that crashes says nothing of why, and leaves the id to look it up by', async () => {
  const { run, entries } = gateWith();
  const answer = await run({ params: { name: 'greet', arguments: { name: 'crash' } } });
  expect(answer).toMatchObject({ refusal: { as: 'tool', error: { code: 'INTERNAL', data: { callId: 'id' } } } });
  expect(answer.ok || answer.refusal.error.publicMessage).not.toContain('secret');
  expect(entries).toMatchObject([
    { outcome: { kind: 'error', code: 'INTERNAL', reason: 'TypeError: secret internals' } },
  ]);
});

test('a record that is not there counts as denied', async () => {
  const { run, entries } = gateWith();
  await run({ params: { name: 'greet', arguments: { name: 'nobody' } } });
  expect(entries).toMatchObject([{ outcome: { kind: 'denied', stage: 'execute', code: 'RECORD_NOT_FOUND' } }]);
});

test('what redaction refuses does not leave', async () => {
  const leak: Guard = {
    name: 'leak',
    check(_call: Call, _runtime: Runtime, result) {
      if (JSON.stringify(result?.structured).includes('Ada')) throw kernelErrors.INTERNAL();
    },
  };
  const answer = await gateWith({ redact: [leak] }).run();
  expect(answer).toMatchObject({ refusal: { stage: 'redact', as: 'tool' } });
  expect(JSON.stringify(answer)).not.toContain('Hello');
});

test(`${verifies('RATE-4')} what a resource has read passes redaction as well, and a refusal says so`, async () => {
  const resource: ResourceProvider = {
    name: 'greetings',
    list: async () => [],
    touches: () => [{ model: 'crm.partner', operation: 'read' }],
    async read(_uri, { call }) {
      call.reached.push({ model: 'crm.partner', operation: 'read', ids: [], count: 3, fields: [] });
      return [{ text: 'Hello Ada' }];
    },
  };
  const quota: Guard = {
    name: 'quota',
    check({ reached }) {
      if (reached.some(({ count }) => count > 2)) throw kernelErrors.RULE_VIOLATED();
    },
  };
  const asked = { method: 'resources/read', params: { uri: 'x://ada' } };
  expect(await gateWith({}, { resource }).run(asked)).toMatchObject({ ok: true });
  const answer = await gateWith({ redact: [quota] }, { resource }).run(asked);
  expect(answer).toMatchObject({ refusal: { stage: 'redact', as: 'tool', error: { code: 'RULE_VIOLATED' } } });
  expect(JSON.stringify(answer)).not.toContain('Hello');
});

test('one entry a call, whoever seals it first', async () => {
  const { gate, entries } = gateWith();
  const call = gate.receive(message);
  await gate.admit(call);
  await gate.perform(call);
  await gate.seal(call, { kind: 'ok' });
  expect(entries).toHaveLength(1);
});

describe(`${verifies('AUD-2')} what a guard has to change after the entry`, () => {
  const order: string[] = [];
  const leaving = (settle: () => Promise<void> = async () => {}): Guard => ({
    name: 'leaving',
    check: () => undefined,
    async settle() {
      order.push('settled');
      await settle();
    },
  });
  const written = () => order.push('written');
  beforeEach(() => order.splice(0));

  test('is done when the entry is durable, and once', async () => {
    const { gate } = gateWith({ rate: [leaving()] }, { written });
    const call = gate.receive(message);
    await gate.admit(call);
    expect(order).toEqual([]);
    await Promise.all([gate.seal(call, { kind: 'ok' }), gate.seal(call, { kind: 'ok' })]);
    await gate.seal(call, { kind: 'ok' });
    expect(order).toEqual(['written', 'settled']);
  });

  test('is not done where the log fails', async () => {
    expect(await gateWith({ rate: [leaving()] }, { deaf: true }).run()).toMatchObject({
      refusal: { stage: 'audit', error: { code: 'AUDIT_UNAVAILABLE' } },
    });
    expect(order).toEqual([]);
  });

  test('is not done for a call that was refused before that guard or by it', async () => {
    const refuse = () => {
      throw kernelErrors.RULE_VIOLATED();
    };
    await gateWith({ session: [{ name: 'no', check: refuse }], rate: [leaving()] }, { written }).run();
    await gateWith({ rate: [{ ...leaving(), check: refuse }] }, { written }).run();
    expect(order).toEqual(['written', 'written']);
  });

  test('is the answer where it fails, whoever has thrown what', async () => {
    const away = leaving(async () => {
      throw kernelErrors.STORE_UNAVAILABLE();
    });
    const astray = leaving(async () => {
      throw new TypeError('secret internals');
    });
    expect(await gateWith({ rate: [away] }, { written }).run()).toMatchObject({
      refusal: { stage: 'rate', as: 'http', error: { code: 'STORE_UNAVAILABLE' } },
    });
    const answer = await gateWith({ rate: [astray] }, { written }).run();
    expect(answer).toMatchObject({ refusal: { stage: 'rate', as: 'http', error: { code: 'INTERNAL' } } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});
