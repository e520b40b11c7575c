import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { ToolDefinition } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { someId, toolNamed, tools } from './all-tools.ts';

const inputOf = (tool: ToolDefinition) => z.toJSONSchema(tool.input, { io: 'input' });
const outputOf = (tool: ToolDefinition) => z.toJSONSchema(tool.output, { io: 'output' });
/** As the SDK's client checks it. */
const validatorOf = (schema: object) => new AjvJsonSchemaValidator().getValidator(schema);

test(`${verifies('TOOL-1')} these are the tools`, () => {
  expect([...tools.keys()].sort()).toEqual([
    'aggregate',
    'create',
    'delete',
    'describe_model',
    'fetch',
    'list_models',
    'read',
    'search',
    'write',
  ]);
});

test.each([...tools.values()])(`${verifies('TOOL-1')} $name is described for clients`, tool => {
  expect(tool.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  expect(tool.title.length).toBeGreaterThan(3);
  expect(tool.description.length).toBeGreaterThan(20);
  // A description says what the tool does; it tells the model nothing to do.
  expect(tool.description).not.toMatch(/\b(you|must|always|never|should|please|important|first call|instead of)\b/i);
  expect(Object.values(tool.hints).every(hint => typeof hint === 'boolean')).toBe(true);
  expect(Object.keys(tool.hints).sort()).toEqual(['destructive', 'idempotent', 'openWorld', 'readOnly']);
});

test.each([...tools.values()])(`${verifies('TOOL-1')} $name has simple schemas`, tool => {
  for (const schema of [inputOf(tool), outputOf(tool)]) {
    expect(schema.type).toBe('object');
    expect(JSON.stringify(schema)).not.toMatch(
      /"(anyOf|oneOf|allOf|\$ref|not|if|propertyNames|patternProperties|uniqueItems)":/,
    );
    expect(() => validatorOf(schema)).not.toThrow();
  }
  const input = inputOf(tool);
  expect(input.additionalProperties).toBe(false);
  for (const [name, property] of Object.entries(input.properties ?? {})) {
    expect(property, `${tool.name}.${name}`).toMatchObject({
      description: expect.any(String),
      type: expect.any(String),
    });
  }
});

const hints: [tool: string, readOnly: boolean, destructive: boolean, idempotent: boolean][] = [
  ['list_models', true, false, true],
  ['describe_model', true, false, true],
  ['search', true, false, true],
  ['read', true, false, true],
  ['fetch', true, false, true],
  ['aggregate', true, false, true],
  ['create', false, false, false],
  ['write', false, true, true],
  ['delete', false, true, true],
];

test.each(hints)(`${verifies('TOOL-1')} hints of %s`, (name, readOnly, destructive, idempotent) => {
  expect(toolNamed(name).hints).toEqual({ readOnly, destructive, idempotent, openWorld: false });
});

const scopes = { create: 'create', write: 'write', delete: 'delete' } as const;
test.each([...tools.values()])(`${verifies('SCOPE-1')} scope of $name`, tool => {
  expect(tool.scope({})).toBe(scopes[tool.name as keyof typeof scopes] ?? 'read');
});

const id = `crm.partner/${someId}`;

const accepted: [tool: string, args: Record<string, unknown>][] = [
  ['list_models', {}],
  ['describe_model', { model: 'crm.partner' }],
  ['search', { query: 'acme' }],
  ['search', { model: 'crm.partner' }],
  ['search', { model: 'crm.partner', domain: [], fields: [], order: 'name', limit: 200, offset: 5 }],
  ['search', { query: 'acme', model: 'crm.partner', domain: [['name', '=', 'x']] }],
  ['read', { ids: [id] }],
  ['read', { ids: [id], fields: ['name'], valueOffset: 30_000 }],
  ['fetch', { id }],
  ['aggregate', { model: 'crm.partner' }],
  ['aggregate', { model: 'crm.partner', groupBy: ['date:month'], measures: ['count', 'amount:sum'] }],
  ['create', { model: 'crm.partner', records: [{ name: 'x' }] }],
  ['write', { ids: [id], values: { name: 'x' }, versions: { [id]: 3 }, dryRun: true }],
  ['delete', { ids: [id], versions: { [id]: 3 } }],
];

test.each(accepted)('%s accepts %j, and so does its JSON Schema', (name, args) => {
  const tool = toolNamed(name);
  expect(tool.input.safeParse(args)).toMatchObject({ success: true });
  expect(validatorOf(inputOf(tool))(args)).toMatchObject({ valid: true });
});

const refused: [tool: string, args: unknown, at: string][] = [
  ['list_models', { model: 'crm.partner' }, ''],
  ['describe_model', {}, 'model'],
  ['describe_model', { model: ['crm.partner'] }, 'model'],
  ['search', {}, ''],
  ['search', { query: '?!' }, 'query'],
  ['search', { query: '' }, 'query'],
  ['search', { query: 'x', domain: [] }, 'domain'],
  ['search', { query: 'x', fields: ['name'] }, 'fields'],
  ['search', { query: 'x', order: 'name' }, 'order'],
  ['search', { model: 'crm.partner', limit: 201 }, 'limit'],
  ['search', { model: 'crm.partner', limit: 0 }, 'limit'],
  ['search', { model: 'crm.partner', limit: '5' }, 'limit'],
  ['search', { model: 'crm.partner', offset: -1 }, 'offset'],
  ['search', { model: 'crm.partner', offset: 1.5 }, 'offset'],
  ['search', { model: 'crm.partner', domain: "[['name','=','x']]" }, 'domain'],
  ['search', { model: 'crm.partner', Domain: [] }, ''],
  ['search', { model: 'crm.partner', order: 7 }, 'order'],
  ['read', { ids: id }, 'ids'],
  ['read', { ids: [] }, 'ids'],
  ['read', { ids: [someId] }, 'ids.0'],
  ['read', { ids: [id, id] }, 'ids'],
  ['read', { ids: [id, `${id}/x`] }, 'ids.1'],
  ['read', { ids: [`crm.partner/${someId.toUpperCase()}`] }, 'ids.0'],
  ['read', { ids: ['crm.partner/../../etc/passwd'] }, 'ids.0'],
  ['read', { ids: [`/${someId}`] }, 'ids.0'],
  ['read', { ids: [{ $ne: null }] }, 'ids.0'],
  ['read', { ids: [id], valueOffset: 5 }, 'valueOffset'],
  ['read', { ids: Array.from({ length: 201 }, (_, n) => `m.x/${n.toString(16).padStart(24, '0')}`) }, 'ids'],
  ['fetch', { id: [id] }, 'id'],
  ['fetch', { id: '' }, 'id'],
  ['aggregate', { model: 'crm.partner', measures: [] }, 'measures'],
  ['aggregate', { model: 'crm.partner', groupBy: 'state' }, 'groupBy'],
  ['aggregate', { model: 'crm.partner', groupBy: ['date:hour'] }, 'groupBy.0'],
  ['aggregate', { model: 'crm.partner', measures: ['count', 'sum:amount'] }, 'measures.1'],
  ['aggregate', { model: 'crm.partner', measures: ['amount:median'] }, 'measures.0'],
  ['aggregate', { model: 'crm.partner', measures: ['amount'] }, 'measures.0'],
  ['create', { model: 'crm.partner', records: {} }, 'records'],
  ['create', { model: 'crm.partner', records: [] }, 'records'],
  ['create', { model: 'crm.partner', records: ['x'] }, 'records.0'],
  ['create', { model: 'crm.partner', values: { name: 'x' } }, 'records'],
  ['write', { ids: [id], values: {} }, 'values'],
  ['write', { ids: [id], values: [] }, 'values'],
  ['write', { ids: [id, `sale.order/${someId}`], values: { name: 'x' } }, 'ids'],
  [
    'write',
    { ids: [id], values: { name: 'x' }, versions: { [`sale.order/${someId}`]: 1 } },
    `versions.sale.order/${someId}`,
  ],
  ['write', { ids: [id], values: { name: 'x' }, versions: { [id]: '1' } }, `versions.${id}`],
  ['write', { ids: [id], values: { name: 'x' }, dryRun: 'yes' }, 'dryRun'],
  ['delete', { ids: [id, `sale.order/${someId}`] }, 'ids'],
  ['delete', { ids: [id], dryrun: true }, ''],
];

test.each(refused)(`${verifies('TOOL-2', 'TOOL-4')} %s refuses %j at "%s"`, (name, args, at) => {
  const { error } = toolNamed(name).input.safeParse(args);
  expect(error?.issues.map(issue => issue.path.join('.'))).toContain(at);
  expect(error?.issues.every(issue => issue.message !== 'Invalid input')).toBe(true);
});
