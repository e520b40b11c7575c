import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { kernelErrors } from '../../../src/errors.ts';
import { systemPrincipal } from '../../../src/model/principal.ts';
import { createGate } from '../../../src/pipeline/run-call.ts';
import type { StageName } from '../../../src/pipeline/stages.ts';
import { tryCall } from '../../../src/pipeline/try-call.ts';
import type { Guard, Runtime } from '../../../src/plugin/scope.ts';
import { createCatalog } from '../../../src/tool/catalog.ts';
import { defineTool, type ToolOptions } from '../../../src/tool/define-tool.ts';

const principal = systemPrincipal('test');
const input = z.strictObject({ name: z.string(), dryRun: z.boolean().default(false) });

/** A gate whose tool writes down how it was called. */
function trialWith(
  guards: Partial<Record<StageName, Guard[]>>,
  changes: { tool?: Partial<ToolOptions<typeof input>>; args?: object } = {},
) {
  const run = vi.fn(async () => ({ structured: {} }));
  const emit = vi.fn();
  const write = vi.fn(async () => {});
  const greet = defineTool({
    name: 'greet',
    title: 'Greet',
    description: 'Greets.',
    input,
    output: z.object({}),
    hints: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
    scope: () => 'write',
    touches: () => [],
    run,
    ...changes.tool,
  });
  const runtime = { log: pino({ level: 'silent' }), newId: () => 'id', now: () => 1000, ticks: () => 0, emit };
  const parts = {
    runtime: runtime as unknown as Runtime,
    catalog: createCatalog({ tools: [greet], prompts: [], resources: [] }),
    guards: new Map(Object.entries(guards) as [StageName, Guard[]][]),
    sinks: [{ name: 'log', write }],
    contextOf: () => ({}) as never,
  };
  const call = createGate(parts).receive({
    transport: 'http',
    era: 'modern',
    protocolVersion: '2026-07-28',
    method: 'tools/call',
    params: { name: 'greet', arguments: changes.args ?? { name: 'Ada' } },
    client: { name: 'test', version: '1', userAgent: '', sessionId: undefined },
    address: '192.0.2.1',
    presented: undefined,
    traceparent: undefined,
  });
  return {
    run,
    emit,
    write,
    attempt: (caller = { principal } as Parameters<typeof tryCall>[1]['caller']) => tryCall(parts, { call, caller }),
  };
}

const verdicts = ({ steps }: Awaited<ReturnType<typeof tryCall>>) =>
  steps.map(({ stage, by, verdict }) => `${stage}, ${by}: ${verdict}`);

test('a guard that knows nothing of trials is never asked, and that is said', async () => {
  const check = vi.fn();
  const { attempt } = trialWith({ rate: [{ name: 'counter', check }], audit: [] });
  expect(verdicts(await attempt())).toContain('rate, counter: passed over');
  expect(check).not.toHaveBeenCalled();
});

test('a tool that knows nothing of trials is never run', async () => {
  const { attempt, run } = trialWith({});
  const trial = await attempt();
  expect(verdicts(trial)).toContain('execute, greet: passed over');
  expect(trial.result).toBeUndefined();
  expect(run).not.toHaveBeenCalled();
});

test('a tool is run with the arguments with which it changes nothing', async () => {
  const { attempt, run } = trialWith({}, { tool: { trial: args => ({ ...args, dryRun: true }) } });
  expect((await attempt()).result).toBeDefined();
  expect(run).toHaveBeenCalledExactlyOnceWith({ name: 'Ada', dryRun: true }, expect.anything());
});

test('guards are asked in the order of the stages, each by the way that counts nothing, up to the first that denies', async () => {
  const check = vi.fn();
  const guards = {
    admit: [{ name: 'pure', trial: 'check', check }],
    rate: [
      {
        name: 'counter',
        check: () => expect.unreachable(),
        trial() {
          throw kernelErrors.RECORD_NOT_FOUND();
        },
      },
    ],
    model: [{ name: 'later', trial: 'check', check: () => expect.unreachable() }],
  } as const;
  const { attempt } = trialWith(guards as never);
  const trial = await attempt();
  expect(verdicts(trial)).toEqual(['admit, pure: allowed', 'authenticate, system: allowed', 'rate, counter: denied']);
  expect(trial.steps.at(-1)?.error?.code).toBe('RECORD_NOT_FOUND');
  expect(check).toHaveBeenCalledOnce();
});

test('nothing is written to the log and no hook is told', async () => {
  const guard: Guard = {
    name: 'talkative',
    trial: 'check',
    check: (_, runtime) => runtime.emit('policy.changed', {}),
  };
  const { attempt, emit, write } = trialWith({ admit: [guard] });
  await attempt();
  expect(emit).not.toHaveBeenCalled();
  expect(write).not.toHaveBeenCalled();
});

test('a credential is known by the guard that it is named to; one that nobody knows is not let in', async () => {
  const known: Guard<'authenticate'> = {
    name: 'book',
    check: () => expect.unreachable(),
    trial: (_call, _runtime, claim) => (claim === 'ada' ? principal : undefined),
  };
  expect(verdicts(await trialWith({ authenticate: [known as Guard] }).attempt({ claim: 'ada' }))).toContain(
    'authenticate, book: allowed',
  );
  const stranger = await trialWith({ authenticate: [known as Guard] }).attempt({ claim: 'bob' });
  expect(stranger.steps.at(-1)).toMatchObject({ stage: 'authenticate', verdict: 'denied' });
  expect(stranger.steps.at(-1)?.error?.code).toBe('UNAUTHENTICATED');
});

test('arguments that do not fit are refused as they would be', async () => {
  const trial = await trialWith({}, { args: { name: 1, more: true } }).attempt();
  expect(trial.steps.at(-1)?.error?.code).toBe('INVALID_ARGUMENTS');
});

test('what is no refusal is not passed off as one', async () => {
  const guard: Guard = {
    name: 'broken',
    trial: 'check',
    check: () => Promise.reject(kernelErrors.STORE_UNAVAILABLE()),
  };
  await expect(trialWith({ admit: [guard] }).attempt()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
