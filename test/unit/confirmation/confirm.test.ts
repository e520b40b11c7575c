import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAgreements } from '../../../src/confirmation/agreements.ts';
import { confirmationCleanUp } from '../../../src/confirmation/clean-up.ts';
import type { Confirmation, ConfirmationRequest, Dialogue, Preview } from '../../../src/confirmation/confirmation.ts';
import { createConfirm } from '../../../src/confirmation/create-confirm.ts';
import { confirmationModel } from '../../../src/confirmation/model.ts';
import type { Principal, Runtime } from '../../../src/index.ts';
import { operations } from '../../../src/index.ts';
import { buildRegistry } from '../../../src/model/registry.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/port.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

const lifetime = 300_000;
const alice = principal({ user: 'a', key: 'k1' });

function principal({ user, key, kind = 'api-key' }: { user: string; key: string; kind?: string }): Principal {
  const credential = { kind, id: key, label: key, scopes: new Set(operations), models: null, fields: null };
  return { user: { id: user, login: user, name: user, timeZone: 'UTC' }, groups: new Set(), credential };
}

type Request = ConfirmationRequest<Preview>;

function request(changes: Partial<Request> & { basis?: string } = {}): Request {
  const { basis = 'version 1', ...others } = changes;
  const preview = async () => ({ question: 'Delete?', basis });
  return {
    tool: 'delete',
    args: { ids: ['x/1', 'x/2'], dryRun: false },
    token: undefined,
    lifetime,
    preview,
    ...others,
  };
}

/** The way to a user who answers the question that handed out `state`. */
function dialogue(state?: string, answer?: Dialogue['answer']): Dialogue {
  return { canAsk: true, state, answer, ask: question => ({ ...question }) };
}

function stateOf(confirmation: Confirmation<Preview>): string {
  return confirmation.kind === 'asked' ? String(confirmation.inputRequired.state) : expect.unreachable();
}

describeOnStores(`${verifies('TOOL-9')} confirmation`, open => {
  let at: TestStore;
  const stores: Store[] = [];
  const clock = { now: Date.parse('2026-03-01T00:00:00Z') };

  beforeAll(async () => {
    at = await open();
    stores.push(await instance(), await instance());
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await at.drop();
  });

  /** A store of an instance of its own, on the same data. */
  async function instance(): Promise<Store> {
    const { registry } = buildRegistry({ models: [confirmationModel] });
    const store = await openStore({ location: at.location, folder: '/', now: () => clock.now, queryTimeLimit: 10_000 });
    await store.open(registry.all().map(({ stored }) => stored));
    return store;
  }

  function confirm(input: Request, who: Principal = alice, way?: Dialogue, on = 0): Promise<Confirmation<Preview>> {
    const store = stores[on] ?? expect.unreachable();
    const newId = () => randomUUID().replaceAll('-', '').slice(0, 24);
    const agreements = createAgreements({ store, now: () => clock.now, newId, randomBytes });
    return createConfirm({ agreements, principal: who, dialogue: way })(input);
  }

  async function token(input: Request = request()): Promise<string> {
    const asked = await confirm(input);
    return asked.kind === 'token' ? asked.token : expect.unreachable();
  }

  /** What a refused caller learns, with what the log learns. */
  async function refusal(attempt: Promise<unknown>) {
    const error: Record<string, unknown> = await attempt.then(
      () => expect.unreachable(),
      thrown => thrown,
    );
    const { code, publicMessage, data, detail, headers, status } = error;
    return { code, publicMessage, data, detail, headers, status };
  }

  test('without a way to the user the first call gets a token, the second is confirmed, a third is refused', async () => {
    const first = await confirm(request());
    expect(first).toEqual({
      kind: 'token',
      preview: { question: 'Delete?', basis: 'version 1' },
      token: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: '2026-03-01T00:05:00.000Z',
    });
    const given = first.kind === 'token' ? first.token : '';
    expect(await confirm(request({ token: given }))).toMatchObject({ kind: 'confirmed' });
    expect(await refusal(confirm(request({ token: given })))).toMatchObject({ code: 'CONFIRMATION_INVALID' });
  });

  test('two questions never have the same token, and none is kept as it is', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(new Set(tokens).size).toBe(20);
    const rows = await stores[0]?.find({ model: confirmationModel.name, where: { kind: 'all', of: [] } });
    for (const secret of tokens) expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('whatever is wrong with a token, the refusal is the same', async () => {
    const used = await token();
    await confirm(request({ token: used }));
    const expired = await token();
    clock.now += lifetime;
    const fresh = () => token();
    const attempts: Record<string, () => Promise<unknown>> = {
      'made up': async () => confirm(request({ token: 'A'.repeat(43) })),
      empty: async () => confirm(request({ token: '' })),
      'not stored as such': async () => confirm(request({ token: '\u0000\ud800' })),
      replayed: async () => confirm(request({ token: used })),
      expired: async () => confirm(request({ token: expired })),
      'with a character more': async () => confirm(request({ token: `${await fresh()}A` })),
      'of another credential of the same user': async () =>
        confirm(request({ token: await fresh() }), principal({ user: 'a', key: 'k2' })),
      'of the same key for another user': async () =>
        confirm(request({ token: await fresh() }), principal({ user: 'b', key: 'k1' })),
      'of another kind of credential': async () =>
        confirm(request({ token: await fresh() }), principal({ user: 'a', key: 'k1', kind: 'oauth-token' })),
      'for another tool': async () => confirm(request({ token: await fresh(), tool: 'write' })),
      'for a record more': async () =>
        confirm(request({ token: await fresh(), args: { ids: ['x/1', 'x/2', 'x/3'], dryRun: false } })),
      'for a record less': async () =>
        confirm(request({ token: await fresh(), args: { ids: ['x/1'], dryRun: false } })),
      'for another order': async () =>
        confirm(request({ token: await fresh(), args: { ids: ['x/2', 'x/1'], dryRun: false } })),
      'with an argument more': async () =>
        confirm(request({ token: await fresh(), args: { ids: ['x/1', 'x/2'], dryRun: false, versions: {} } })),
      'with an argument less': async () => confirm(request({ token: await fresh(), args: { ids: ['x/1', 'x/2'] } })),
    };
    const refusals = await Promise.all(Object.values(attempts).map(attempt => refusal(attempt())));
    expect(refusals[0]).toMatchObject({ code: 'CONFIRMATION_INVALID', data: undefined, detail: undefined });
    for (const [index, name] of Object.keys(attempts).entries()) expect(refusals[index], name).toEqual(refusals[0]);
  });

  test('a refused attempt with other arguments, or by somebody else, does not use the token up', async () => {
    const given = await token();
    await refusal(confirm(request({ token: given }), principal({ user: 'm', key: 'k9' })));
    await refusal(confirm(request({ token: given, tool: 'write' })));
    expect(await confirm(request({ token: given }))).toMatchObject({ kind: 'confirmed' });
  });

  test('it counts until it expires, and not a millisecond longer', async () => {
    const [inTime, late] = [await token(), await token()];
    clock.now += lifetime - 1;
    expect(await confirm(request({ token: inTime }))).toMatchObject({ kind: 'confirmed' });
    clock.now += 1;
    expect(await refusal(confirm(request({ token: late })))).toMatchObject({ code: 'CONFIRMATION_INVALID' });
  });

  test('of fifty uses at the same time on two instances one is confirmed', async () => {
    const given = await token();
    const uses = Array.from({ length: 50 }, (_, n) => confirm(request({ token: given }), alice, undefined, n % 2));
    const outcomes = await Promise.allSettled(uses);
    const kinds = outcomes.map(outcome => (outcome.status === 'fulfilled' ? outcome.value.kind : outcome.reason.code));
    expect(kinds.toSorted()).toEqual([...Array(49).fill('CONFIRMATION_INVALID'), 'confirmed']);
  });

  test('of fifty answers at the same time on two instances one is confirmed', async () => {
    const state = stateOf(await confirm(request(), alice, dialogue()));
    const uses = Array.from({ length: 50 }, (_, n) => confirm(request(), alice, dialogue(state, 'agreed'), n % 2));
    const outcomes = await Promise.allSettled(uses);
    const kinds = outcomes.map(outcome => (outcome.status === 'fulfilled' ? outcome.value.kind : outcome.reason.code));
    expect(kinds.toSorted()).toEqual([...Array(49).fill('INPUT_STATE_INVALID'), 'confirmed']);
  });

  test('it survives a restart, and so does that it was used', async () => {
    const [given, used] = [await token(), await token()];
    await confirm(request({ token: used }));
    for (const store of stores.splice(0)) await store.close();
    stores.push(await instance(), await instance());
    expect(await confirm(request({ token: given }), alice, undefined, 1)).toMatchObject({ kind: 'confirmed' });
    expect(await refusal(confirm(request({ token: used })))).toMatchObject({ code: 'CONFIRMATION_INVALID' });
  });

  test('where something has changed in between, it is asked again, and the old token is used up', async () => {
    const given = await token();
    const again = await confirm(request({ token: given, basis: 'version 2' }));
    expect(again).toMatchObject({ kind: 'token', preview: { basis: 'version 2' } });
    expect(await refusal(confirm(request({ token: given })))).toMatchObject({ code: 'CONFIRMATION_INVALID' });
    const fresh = again.kind === 'token' ? again.token : '';
    expect(await confirm(request({ token: fresh, basis: 'version 2' }))).toMatchObject({ kind: 'confirmed' });
  });

  test('a preview that is refused is no confirmation', async () => {
    const given = await token();
    const preview = () => Promise.reject(new Error('no such record'));
    await expect(confirm(request({ token: given, preview }))).rejects.toThrow('no such record');
  });

  describe('with a way to the user', () => {
    test('the user is asked, and a yes confirms once', async () => {
      const asked = await confirm(request(), alice, dialogue());
      expect(asked).toMatchObject({ kind: 'asked', inputRequired: { message: 'Delete?' } });
      const yes = dialogue(stateOf(asked), 'agreed');
      expect(await confirm(request(), alice, yes)).toMatchObject({ kind: 'confirmed' });
      expect(await refusal(confirm(request(), alice, yes))).toMatchObject({ code: 'INPUT_STATE_INVALID' });
    });

    test.each(['declined', 'cancelled'] as const)('%s: refused, and cannot become a yes', async answer => {
      const state = stateOf(await confirm(request(), alice, dialogue()));
      expect(await refusal(confirm(request(), alice, dialogue(state, answer)))).toMatchObject({
        code: 'CONFIRMATION_DECLINED',
        detail: `the user has ${answer}; nothing was changed`,
      });
      const yes = confirm(request(), alice, dialogue(state, 'agreed'));
      expect(await refusal(yes)).toMatchObject({ code: 'INPUT_STATE_INVALID' });
    });

    test('an answer without a question, or a question without an answer, asks', async () => {
      const asked = await confirm(request(), alice, dialogue());
      const unanswered = await confirm(request(), alice, dialogue(stateOf(asked)));
      expect(unanswered.kind).toBe('asked');
      expect((await confirm(request(), alice, dialogue(undefined, 'agreed'))).kind).toBe('asked');
    });

    test('whatever is wrong with a state, the refusal is the same', async () => {
      const fresh = async () => dialogue(stateOf(await confirm(request(), alice, dialogue())), 'agreed');
      const expired = await fresh();
      clock.now += lifetime;
      const attempts: Record<string, () => Promise<unknown>> = {
        'made up': async () => confirm(request(), alice, dialogue('x', 'agreed')),
        expired: async () => confirm(request(), alice, expired),
        'of somebody else': async () => confirm(request(), principal({ user: 'b', key: 'k1' }), await fresh()),
        'of another credential': async () => confirm(request(), principal({ user: 'a', key: 'k2' }), await fresh()),
        'for another tool': async () => confirm(request({ tool: 'write' }), alice, await fresh()),
        'for other arguments': async () => confirm(request({ args: { ids: ['x/3'] } }), alice, await fresh()),
        'a token': async () => confirm(request(), alice, dialogue(await token(), 'agreed')),
      };
      const refusals = await Promise.all(Object.values(attempts).map(attempt => refusal(attempt())));
      expect(refusals[0]).toMatchObject({ code: 'INPUT_STATE_INVALID', data: undefined, detail: undefined });
      for (const [index, name] of Object.keys(attempts).entries()) expect(refusals[index], name).toEqual(refusals[0]);
    });

    test('a state is no token: the user cannot be passed by', async () => {
      const state = stateOf(await confirm(request(), alice, dialogue()));
      expect(await refusal(confirm(request({ token: state })))).toMatchObject({ code: 'CONFIRMATION_INVALID' });
      expect(await refusal(confirm(request({ token: state }), alice, dialogue()))).toMatchObject({
        code: 'CONFIRMATION_INVALID',
      });
    });

    test('where something has changed since the question, the user is asked again', async () => {
      const state = stateOf(await confirm(request(), alice, dialogue()));
      const again = await confirm(request({ basis: 'version 2' }), alice, dialogue(state, 'agreed'));
      expect(again).toMatchObject({ kind: 'asked', preview: { basis: 'version 2' } });
    });

    test('a client that cannot ask after all gets a token', async () => {
      const mute = { ...dialogue(), canAsk: false };
      expect((await confirm(request(), alice, mute)).kind).toBe('token');
    });
  });

  test('what has expired is removed by the job, the rest stays', async () => {
    clock.now += lifetime;
    const given = await token();
    const [store] = stores;
    if (!store) return expect.unreachable();
    const parts = { store, now: () => clock.now } as unknown as Runtime;
    await confirmationCleanUp.run(parts, {} as never);
    expect(await store.count({ model: confirmationModel.name, where: { kind: 'all', of: [] } })).toBe(1);
    expect(await confirm(request({ token: given }))).toMatchObject({ kind: 'confirmed' });
  });
});
