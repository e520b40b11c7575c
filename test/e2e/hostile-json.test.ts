import { afterAll, beforeAll, expect, test } from 'vitest';
import { always, equals } from '../../src/store/condition.ts';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { callTool, send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/*
 * JSON that two readers would read in two ways, or that is meant to wear one out, from a caller with every right: each
 * holds a call that would store a tag, and none may be carried out.
 */

const create = '"name":"create","arguments":{"model":"crm.tag","records":[{"name":"Smuggled"}]}';
const message = (params: string, around = '') =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params}}${around}}`;
const withArguments = (more: string) => message(`"name":"create","arguments":{"model":"crm.tag",${more}}`);
const records = '"records":[{"name":"Smuggled"}]';
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const bodies: [what: string, body: string, status: number, code: string][] = [
  ['more than a megabyte', message(`${create},"cursor":"${'x'.repeat(1_100_000)}"`), 413, 'BODY_TOO_LARGE'],
  ['a megabyte of white space', message(create) + ' '.repeat(1_100_000), 413, 'BODY_TOO_LARGE'],
  ['objects without end', message(`${create},"_meta":${deep(10_000)}`), 400, 'JSON_REFUSED'],
  ['lists without an end', `[${message(create)},${'['.repeat(100_000)}`, 400, 'JSON_REFUSED'],
  ['a method twice', message(create, ',"method":"ping"'), 400, 'JSON_REFUSED'],
  ['a tool twice', message(`"name":"list_models",${create}`), 400, 'JSON_REFUSED'],
  ['a tool twice, once escaped', message(`"n\\u0061me":"list_models",${create}`), 400, 'JSON_REFUSED'],
  ['an argument twice', withArguments(`"dryRun":true,${records},"dryRun":false`), 400, 'JSON_REFUSED'],
  ['a value twice', withArguments('"records":[{"name":"Harmless","name":"Smuggled"}]'), 400, 'JSON_REFUSED'],
  ['a prototype in the message', message(create, ',"__proto__":{"admin":true}'), 400, 'JSON_REFUSED'],
  ['a prototype in the arguments', withArguments(`${records},"__proto__":{"dryRun":false}`), 400, 'JSON_REFUSED'],
  ['a prototype in a value', withArguments('"records":[{"name":"Smuggled","__proto__":{"a":1}}]'), 400, 'JSON_REFUSED'],
  ['a constructor', withArguments(`${records},"constructor":{"prototype":{"admin":true}}`), 400, 'JSON_REFUSED'],
  ['a method in other letters beside it', message(create, ',"Method":"ping"'), 400, 'JSON_REFUSED'],
  ['a tool in other letters beside it', message(`${create},"Name":"list_models"`), 400, 'JSON_REFUSED'],
  ['arguments in other letters beside them', message(`${create},"ARGUMENTS":{}`), 400, 'JSON_REFUSED'],
  ['a number beyond all numbers', withArguments(`${records},"limit":1e999`), 400, 'JSON_REFUSED'],
  ['two messages', `${message(create)}${message(create)}`, 400, 'JSON_INVALID'],
  ['a comment', `${message(create)}//`, 400, 'JSON_INVALID'],
];

describeOnStores(`${verifies('PROTO-4')} hostile JSON`, open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  let key: string;
  let tags: number;

  const countTags = () => gatehouse.app.runtime.store.count({ model: 'crm.tag', where: always });

  beforeAll(async () => {
    store = await open();
    gatehouse = await startGatehouse({ config: exampleWith(store) });
    key = await keyOf(gatehouse, 'admin');
    tags = await countTags();
  });

  afterAll(async () => {
    await gatehouse?.stop();
    await store?.drop();
  });

  const headers = { 'mcp-method': 'tools/call', 'mcp-name': 'create' };

  test.each(bodies)('%s: refused, written down, and nothing is carried out', async (_, body, status, code) => {
    for (const era of ['modern', 'legacy'] as const) {
      const answer = await send(gatehouse.url, { key, era, body, headers: era === 'modern' ? headers : {} });
      expect([answer.status, answer.json?.error?.data?.code]).toEqual([status, code]);
      expect((await auditOf(gatehouse, 1))[0]).toMatchObject({ outcome: 'denied', code });
    }
    expect(await countTags()).toBe(tags);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  test(`${verifies('RATE-1', 'RATE-2')} a flood of it counts against the rate of its key, opens no session, and is written down once each`, async () => {
    const limited = await keyOf(gatehouse, 'sara', { rate: 4 });
    const large = `{"a":${' '.repeat(100_000)}`;
    const batch = JSON.stringify(Array.from({ length: 21 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' })));
    const asked = { key: limited, era: 'legacy', headers: { 'mcp-protocol-version': '2025-03-26' } } as const;
    const before = await gatehouse.app.runtime.store.count({ model: 'security.audit-entry', where: always });
    for (const [left, body] of [large, '{', message(create, ',"__proto__":{}'), batch].entries()) {
      const answer = await send(gatehouse.url, { ...asked, body });
      expect([answer.status, answer.headers.get('x-ratelimit-remaining')]).toEqual([400, String(3 - left)]);
    }
    for (const body of [large, '{', batch]) {
      const answer = await send(gatehouse.url, { ...asked, body });
      expect([answer.status, answer.json?.error?.data?.code]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const { store: data } = gatehouse.app.runtime;
    expect(await data.count({ model: 'security.audit-entry', where: always })).toBe(before + 7);
    const where = equals('credential_label', limited.slice(3, 11));
    expect(await data.count({ model: 'security.session', where })).toBe(0);
  });

  test.each<[string, unknown]>([
    ['an argument in other letters', { model: 'crm.tag', records: [{ name: 'Smuggled' }], DryRun: true }],
    ['an argument in other letters alone', { Model: 'crm.tag', records: [{ name: 'Smuggled' }] }],
    ['a field in other letters', { model: 'crm.tag', records: [{ name: 'Smuggled', Name: 'x' }] }],
    ['a model in other letters', { model: 'CRM.tag', records: [{ name: 'Smuggled' }] }],
    ['a list that says that it is an object', { model: 'crm.tag', records: { 0: { name: 'Smuggled' }, length: 1 } }],
    ['a value that is an operator', { model: 'crm.tag', records: [{ name: { $gt: '' } }] }],
    [
      'fields of every object',
      { model: 'crm.tag', records: [{ name: 'Smuggled', toString: 'x', hasOwnProperty: 'x' }] },
    ],
  ])('%s: refused by the tool', async (_, args) => {
    for (const era of ['modern', 'legacy'] as const) {
      const answer = await callTool(gatehouse.url, 'create', args, { key, era });
      expect(answer.json?.result?.isError, answer.text).toBe(true);
      expect(answer.text).not.toContain('INTERNAL');
    }
    expect(await countTags()).toBe(tags);
  });

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    '%s is nothing, wherever something is named',
    async name => {
      const model = 'crm.tag';
      const id = `${name}/${'a'.repeat(24)}`;
      const calls: [tool: string, args: object][] = [
        [name, {}],
        ['describe_model', { model: name }],
        ['search', { model: name }],
        ['search', { model, fields: [name] }],
        ['search', { model, order: name }],
        ['search', { model, domain: [[name, '=', 'x']] }],
        ['search', { model, domain: [['name', name, 'x']] }],
        ['search', { model, domain: [[`name.${name}`, '=', 'x']] }],
        ['aggregate', { model, groupBy: [name] }],
        ['aggregate', { model, measures: [`${name}:sum`] }],
        ['read', { ids: [id] }],
        ['fetch', { id }],
        ['revoke_key', { key: name }],
        ['disconnect_app', { app: name }],
      ];
      const params: [method: string, params: object][] = [
        ...calls.map(([tool, args]): [string, object] => ['tools/call', { name: tool, arguments: args }]),
        ['resources/read', { uri: `gatehouse://model/${name}` }],
        ['resources/read', { uri: name }],
        ['prompts/get', { name }],
        [name, {}],
      ];
      for (const [method, given] of params) {
        for (const era of ['modern', 'legacy'] as const) {
          const answer = await send(gatehouse.url, { key, era, method, params: given });
          const isRefused = answer.json?.result?.isError === true || answer.json?.error !== undefined;
          expect([method, given, isRefused], answer.text).toEqual([method, given, true]);
          expect(answer.status, `${method} ${JSON.stringify(given)}`).toBeLessThan(500);
          expect(answer.text).not.toMatch(/INTERNAL|-32603/);
        }
      }
    },
  );

  test('the call that all of them hold is carried out when it is sent as it should be', async () => {
    const answer = await send(gatehouse.url, { key, era: 'legacy', body: message(create) });
    expect(answer.json?.result?.isError, answer.text).toBeFalsy();
    expect(await countTags()).toBe(tags + 1);
  });
});
