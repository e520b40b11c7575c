import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { callTool, type RawAnswer, send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/*
 * Attempts to get round a confirmation by sending what no proper client sends, to two instances on one store.
 */

describeOnStores(`${verifies('TOOL-9')} getting round a confirmation`, open => {
  let store: TestStore;
  const instances: TestGatehouse[] = [];
  const clock = { ahead: 0 };
  let key: string;
  let other: string;
  let count = 0;

  beforeAll(async () => {
    store = await open();
    for (let n = 0; n < 2; n += 1) instances.push(await start());
    key = await keyOf(at(0), 'admin', { maxSessions: 1000 });
    other = await keyOf(at(0), 'admin', { maxSessions: 1000 });
  });
  afterAll(async () => {
    for (const instance of instances) await instance.stop();
    await store.drop();
  });

  function start(): Promise<TestGatehouse> {
    return startGatehouse({ config: exampleWith(store), now: () => Date.now() + clock.ahead });
  }

  function at(index: number): TestGatehouse {
    return instances[index] ?? expect.unreachable();
  }

  async function newTag(): Promise<string> {
    count += 1;
    const [made] = await at(0)
      .app.runtime.system('test')
      .of('crm.tag')
      .create([{ name: `Tag ${count}` }]);
    return made?.id ?? '';
  }

  async function isThere(id: string): Promise<boolean> {
    const where = { kind: 'compare', field: 'id', operator: '=', value: id.split('/')[1] ?? '' } as const;
    return (await at(0).app.runtime.store.count({ model: 'crm.tag', where })) === 1;
  }

  interface Modern {
    readonly ids: readonly string[];
    readonly args?: Readonly<Record<string, unknown>>;
    readonly capabilities?: unknown;
    readonly state?: unknown;
    readonly responses?: unknown;
    readonly credential?: string;
    readonly on?: number;
  }

  const accepted = { confirm: { action: 'accept', content: { confirm: true } } };

  /** `delete` by 2026-07-28, with whatever a client may say beside it. */
  function modern(input: Modern): Promise<RawAnswer> {
    const { ids, args = {}, capabilities = { elicitation: {} }, state, responses, credential = key, on = 0 } = input;
    const params = {
      name: 'delete',
      arguments: { ids, ...args },
      ...(state !== undefined && { requestState: state }),
      ...(responses !== undefined && { inputResponses: responses }),
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': capabilities,
      },
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    return send(at(on).url, { key: credential, method: 'tools/call', params: { name: 'delete' }, body });
  }

  async function question(ids: readonly string[]): Promise<string> {
    const { json } = await modern({ ids });
    expect(json?.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { confirm: { method: 'elicitation/create', params: { mode: 'form' } } },
      requestState: expect.any(String),
    });
    return String(json?.result?.requestState);
  }

  const tokenOf = ({ json }: RawAnswer) =>
    (json?.result?.structuredContent?.confirmation as { token: string } | undefined)?.token;

  /** Without what differs from call to call by itself. */
  const said = ({ status, json }: RawAnswer) => JSON.stringify({ status, error: json?.error, result: json?.result });

  test('every way that has no user behind it gets a token, and changes nothing', async () => {
    const id = await newTag();
    const args = { ids: [id] };
    const unknownSession = { 'mcp-session-id': `gs_${'A'.repeat(32)}` };
    const batch = [{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'delete', arguments: args } }];
    const batched = await send(at(0).url, {
      key,
      era: 'legacy',
      headers: { 'mcp-protocol-version': '2025-03-26' },
      body: JSON.stringify(batch),
    });
    const [inBatch] = JSON.parse(batched.text) as [RawAnswer['json']];
    const answers: Record<string, RawAnswer> = {
      'by 2026-07-28, without capabilities': await modern({ ids: [id], capabilities: {} }),
      'by 2026-07-28, addresses only': await modern({ ids: [id], capabilities: { elicitation: { url: {} } } }),
      'by 2026-07-28, answered without a question': await modern({ ids: [id], capabilities: {}, responses: accepted }),
      'before 2026-07-28, without a session': await callTool(at(0).url, 'delete', args, { key, era: 'legacy' }),
      'before 2026-07-28, in a session of another instance': await callTool(at(0).url, 'delete', args, {
        key,
        era: 'legacy',
        headers: unknownSession,
      }),
      'in a batch': { ...batched, json: inBatch },
    };
    for (const [name, answer] of Object.entries(answers)) {
      expect(tokenOf(answer), `${name}: ${answer.text}`).toMatch(/^[\w-]{43}$/);
      expect(answer.json?.result?.structuredContent, name).toMatchObject({ dryRun: true });
    }
    expect(await isThere(id)).toBe(true);
  });

  test('a client is asked where its answer comes without, or with a broken, reply', async () => {
    const id = await newTag();
    const state = await question([id]);
    const attempts: Partial<Modern>[] = [
      { responses: accepted },
      { state },
      { state, responses: {} },
      { state, responses: { other: accepted.confirm } },
      { state, responses: { confirm: { confirm: true } } },
      { state, responses: { confirm: { method: 'elicitation/create', result: accepted.confirm } } },
    ];
    for (const attempt of attempts) {
      const { json, text } = await modern({ ids: [id], ...attempt });
      expect(json?.result?.resultType, `${JSON.stringify(attempt)}: ${text}`).toBe('input_required');
    }
    expect(await isThere(id)).toBe(true);
  });

  test('whatever is wrong with a state, the refusal is the same, and nothing is deleted', async () => {
    const [id, second] = [await newTag(), await newTag()];
    const used = await question([id]);
    await modern({ ids: [id], state: used, responses: { confirm: { action: 'decline' } } });
    const late = await question([id]);
    clock.ahead += 5 * 60_000;
    const token = tokenOf(await modern({ ids: [id], capabilities: {} }));
    const attempts: Record<string, Omit<Modern, 'responses'>> = {
      'made up': { ids: [id], state: 'A'.repeat(43) },
      empty: { ids: [id], state: '' },
      'declined before': { ids: [id], state: used },
      expired: { ids: [id], state: late },
      'of another key of the same user': { ids: [id], state: await question([id]), credential: other },
      'for another record': { ids: [second], state: await question([id]) },
      'for a record more': { ids: [id, second], state: await question([id]) },
      'with an argument more': { ids: [id], state: await question([id]), args: { versions: { [id]: 1 } } },
      'the token of the other way': { ids: [id], state: token },
      'with capabilities given up since': { ids: [id], state: 'x', capabilities: {} },
    };
    const answers = new Map<string, string>();
    for (const [name, attempt] of Object.entries(attempts)) {
      answers.set(name, said(await modern({ ...attempt, responses: accepted })));
    }
    expect(answers.get('made up')).toContain('Invalid or expired requestState');
    for (const [name, answer] of answers) expect(answer, name).toBe(answers.get('made up'));
    expect([await isThere(id), await isThere(second)]).toEqual([true, true]);
    const [entry] = await auditOf(at(0), 1);
    expect(entry).toMatchObject({ tool: 'delete', outcome: 'denied', stage: 'execute', code: 'INPUT_STATE_INVALID' });
  });

  test.each([
    ['a number', 7],
    ['an object', { a: 1 }],
    ['null', null],
    ['a list', ['x']],
  ])('a state that is %s is refused', async (_, state) => {
    const id = await newTag();
    const { json } = await modern({ ids: [id], state, responses: accepted });
    expect(json?.error).toMatchObject({ code: expect.any(Number) });
    expect(await isThere(id)).toBe(true);
  });

  test('whatever is wrong with a token, the refusal is the same, and nothing is deleted', async () => {
    const [id, second] = [await newTag(), await newTag()];
    const call = (ids: readonly string[], more: object, credential = key) =>
      callTool(at(0).url, 'delete', { ids, ...more }, { key: credential });
    const fresh = async () => ({ confirmation: tokenOf(await call([id], {})) });
    const late = await fresh();
    clock.ahead += 5 * 60_000;
    const used = { confirmation: tokenOf(await call([second], {})) };
    await call([second], used);
    const attempts: Record<string, RawAnswer> = {
      'made up': await call([id], { confirmation: 'A'.repeat(43) }),
      empty: await call([id], { confirmation: '' }),
      expired: await call([id], late),
      replayed: await call([second], used),
      'of another key of the same user': await call([id], await fresh(), other),
      'for another record': await call([second], await fresh()),
      'with an argument more': await call([id], { ...(await fresh()), versions: { [id]: 1 } }),
      'the state of the other way': await call([id], { confirmation: await question([id]) }),
    };
    for (const [name, answer] of Object.entries(attempts)) {
      expect(said(answer), name).toBe(said(attempts['made up'] ?? answer));
    }
    expect(attempts['made up']?.text).toContain('CONFIRMATION_INVALID');
    expect(await isThere(id)).toBe(true);
    for (const wrong of [{ confirmation: 7 }, { confirmation: 'x'.repeat(101) }, { confirmation: null }]) {
      expect((await call([id], wrong)).text).toContain('INVALID_ARGUMENTS');
    }
    expect(await isThere(id)).toBe(true);
  });

  test('the same arguments written another way are the same', async () => {
    const id = await newTag();
    const confirmation = tokenOf(await callTool(at(0).url, 'delete', { ids: [id], dryRun: false }, { key }));
    const { json } = await callTool(at(0).url, 'delete', { confirmation, ids: [id] }, { key });
    expect(json?.result?.structuredContent).toMatchObject({ dryRun: false });
  });

  test('what one instance has asked, another takes, and once only', async () => {
    const [byToken, byAnswer] = [await newTag(), await newTag()];
    const confirmation = tokenOf(await callTool(at(0).url, 'delete', { ids: [byToken] }, { key }));
    const state = await question([byAnswer]);
    const tokens = Array.from({ length: 20 }, (_, n) =>
      callTool(at(n % 2).url, 'delete', { ids: [byToken], confirmation }, { key }),
    );
    const answers = Array.from({ length: 20 }, (_, n) =>
      modern({ ids: [byAnswer], state, responses: accepted, on: n % 2 }),
    );
    const wasDone = ({ json }: RawAnswer) => json?.result?.structuredContent?.dryRun === false;
    expect((await Promise.all(tokens)).filter(wasDone)).toHaveLength(1);
    expect((await Promise.all(answers)).filter(wasDone)).toHaveLength(1);
    expect([await isThere(byToken), await isThere(byAnswer)]).toEqual([false, false]);
  });

  test('a token outlives a restart', async () => {
    const id = await newTag();
    const confirmation = tokenOf(await callTool(at(1).url, 'delete', { ids: [id] }, { key }));
    await instances.pop()?.stop();
    instances.push(await start());
    await callTool(at(1).url, 'delete', { ids: [id], confirmation }, { key });
    expect(await isThere(id)).toBe(false);
  });

  test('the guards stand before both calls', async () => {
    const id = await newTag();
    const reader = await keyOf(at(0), 'admin', { scopes: ['read'] });
    const seller = await keyOf(at(0), 'sara');
    const confirmation = tokenOf(await callTool(at(0).url, 'delete', { ids: [id] }, { key }));
    for (const more of [{}, { confirmation }]) {
      expect((await callTool(at(0).url, 'delete', { ids: [id], ...more }, { key: reader })).status).toBe(403);
      const refused = await callTool(at(0).url, 'delete', { ids: [id], ...more }, { key: seller });
      expect(refused.text).toContain('OPERATION_NOT_ALLOWED');
      const noRecord = { ids: [`crm.tag/${'f'.repeat(24)}`] };
      const missing = await callTool(at(0).url, 'delete', { ...noRecord, ...more }, { key });
      expect(missing.text).toMatch('confirmation' in more ? /CONFIRMATION_INVALID/ : /RECORD_NOT_FOUND/);
    }
    expect(await isThere(id)).toBe(true);
  });

  test('what is kept of a confirmation is reached by no tool', async () => {
    for (const [tool, args] of [
      ['search', { model: 'gatehouse.confirmation' }],
      ['aggregate', { model: 'gatehouse.confirmation' }],
      ['create', { model: 'gatehouse.confirmation', records: [{ binding: 'x' }] }],
    ] as const) {
      const { text } = await callTool(at(0).url, tool, args, { key });
      expect(text, tool).toContain('MODEL_NOT_AVAILABLE');
    }
  });
});
