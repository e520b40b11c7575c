import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessLayer } from '../../../src/model/access-policy.ts';
import { createAccessPolicy } from '../../../src/model/create-access-policy.ts';
import { defineModel } from '../../../src/model/define-model.ts';
import { parseDomain } from '../../../src/model/domain.ts';
import { field } from '../../../src/model/field.ts';
import { operations, type Principal } from '../../../src/model/principal.ts';
import { buildRegistry } from '../../../src/model/registry.ts';
import { guardRelations } from '../../../src/model/relation-guard.ts';
import { all, type Condition } from '../../../src/store/condition.ts';
import { matches, type Table } from '../../../src/store/evaluate.ts';
import type { Row } from '../../../src/store/port.ts';
import { verifies } from '../../requirements.ts';

/*
 * What guarded conditions are held against: a world from which the hidden records are taken away, with all references
 * to them. In it nothing is left to be found out, so a guarded condition must say there what it says here.
 */

const node = defineModel({
  name: 't.node',
  label: 'Node',
  description: 'Refers to others of its kind.',
  fields: {
    name: field.char(),
    level: field.integer(),
    parent_id: field.many2one({ to: 't.node' }),
    friend_ids: field.many2many({ to: 't.node' }),
    child_ids: field.one2many({ to: 't.node', inverse: 'parent_id' }),
    leaf_id: field.many2one({ to: 't.leaf' }),
  },
});
const leaf = defineModel({
  name: 't.leaf',
  label: 'Leaf',
  description: 'Refers back.',
  fields: {
    name: field.char(),
    level: field.integer(),
    node_id: field.many2one({ to: 't.node' }),
  },
});
const { registry } = buildRegistry({ models: [node, leaf] });
const nodeModel = registry.get('t.node');
const leafModel = registry.get('t.leaf');
if (!nodeModel || !leafModel) throw new Error('the models of this test are missing');

const idOf = (kind: number, index: number) => `${kind}${index}`.padStart(24, '0');
const ids = [0, 1, 2, 3, 4].map(index => idOf(1, index));
const leafIds = [0, 1, 2].map(index => idOf(2, index));
const plain = { version: 1, createdAt: null, createdBy: null, updatedAt: null, updatedBy: null };
const some = (from: string[]) => fc.option(fc.constantFrom(...from));
const name = fc.option(fc.constantFrom('a', 'b', 'ab'));
const level = fc.option(fc.integer({ min: 0, max: 3 }));
const nodes = fc.tuple(
  ...ids.map(id =>
    fc
      .record({ name, level, parent_id: some(ids), friend_ids: fc.subarray(ids), leaf_id: some(leafIds) })
      .map((values): Row => ({ ...plain, ...values, id })),
  ),
);
const leaves = fc.tuple(
  ...leafIds.map(id =>
    fc.record({ name, level, node_id: some(ids) }).map((values): Row => ({ ...plain, ...values, id })),
  ),
);

const toNode = ['parent_id', 'friend_ids', 'child_ids'];
const term = fc.oneof(
  fc.tuple(
    fc.constantFrom('name', ...toNode, 'leaf_id'),
    fc.constantFrom('ilike', 'not ilike'),
    fc.constantFrom('a', 'b'),
  ),
  fc.tuple(fc.constantFrom(...toNode), fc.constantFrom('=', '!='), fc.constantFrom(...ids, false)),
  fc.tuple(fc.constant('leaf_id'), fc.constantFrom('in', 'not in'), fc.subarray([...leafIds, false])),
  fc.tuple(fc.constantFrom(...toNode), fc.constantFrom('in', 'not in'), fc.subarray([...ids, false])),
  fc.tuple(fc.constantFrom('id', ...toNode), fc.constantFrom('child_of', 'parent_of'), fc.constantFrom(...ids)),
  fc.tuple(
    fc.constantFrom('level', 'leaf_id.level', 'leaf_id.node_id.level', ...toNode.map(path => `${path}.level`)),
    fc.constantFrom('=', '<', '!='),
    fc.integer({ min: 0, max: 3 }),
  ),
  fc.tuple(
    fc.constantFrom('parent_id.parent_id', 'friend_ids.leaf_id', 'child_ids.friend_ids', 'leaf_id.node_id'),
    fc.constantFrom('=', '!='),
    fc.constant(false),
  ),
);
const { domain } = fc.letrec<{ domain: unknown[] }>(tie => ({
  domain: fc.oneof(
    { maxDepth: 3 },
    term.map(one => [one]),
    tie('domain').map(inner => ['!', ...inner]),
    fc.tuple(fc.constantFrom('&', '|'), tie('domain'), tie('domain')).map(([join, one, two]) => [join, ...one, ...two]),
  ),
}));

/** Rules look at what they like, relations included. */
const nodeRule = fc.constantFrom<unknown[]>(
  [['level', '<', 2]],
  [['leaf_id.level', '!=', 1]],
  [['name', '!=', 'a']],
  [],
);
const leafRule = fc.constantFrom<unknown[]>([['level', '!=', 1]], [['node_id', '=', false]], []);

const principal: Principal = {
  user: { id: '', login: '', name: '', timeZone: 'UTC' },
  groups: new Set(),
  credential: { kind: 'k', id: '', label: '', scopes: new Set(operations), models: null, fields: null },
};

test(`${verifies('RULE-1')} a domain says the same as if the hidden records and all references to them were gone`, () => {
  fc.assert(
    fc.property(nodes, leaves, domain, nodeRule, leafRule, (nodeRows, leafRows, asked, ruleOfNodes, ruleOfLeaves) => {
      const parse = (model: typeof nodeModel, given: unknown): Condition =>
        parseDomain({ domain: given, model, registry });
      const rules = new Map([
        ['t.node', parse(nodeModel, ruleOfNodes)],
        ['t.leaf', parse(leafModel, ruleOfLeaves)],
      ]);
      const layer: AccessLayer = {
        name: 'test',
        operations: () => new Set(operations),
        rule: ({ model }) => rules.get(model.name) ?? all(),
      };
      const policy = createAccessPolicy({ registry, layers: [layer] });
      const full = world(nodeRows, leafRows);
      const seen = (model: typeof nodeModel, rows: readonly Row[]) =>
        rows.filter(row =>
          matches({ condition: rules.get(model.name) ?? all(), row, model: model.stored, related: full }),
        );
      const seenNodes = seen(nodeModel, nodeRows);
      const seenLeaves = seen(leafModel, leafRows);
      const left = new Set([...seenNodes, ...seenLeaves].map(row => row.id));
      const reduced = world(
        seenNodes.map(row => withoutHidden(row, left)),
        seenLeaves.map(row => withoutHidden(row, left)),
      );

      const condition = parse(nodeModel, asked);
      const access = (model: string) => policy.of(principal, model);
      const guarded = all(
        guardRelations({ condition, model: nodeModel, registry, access }),
        rules.get('t.node') ?? all(),
      );
      const model = nodeModel.stored;
      const here = nodeRows.filter(row => matches({ condition: guarded, row, model, related: full }));
      const there = reduced('t.node').rows.filter(row => matches({ condition, row, model, related: reduced }));
      expect(here.map(row => row.id)).toEqual(there.map(row => row.id));
    }),
    { numRuns: 3000 },
  );
});

function world(nodeRows: readonly Row[], leafRows: readonly Row[]): (model: string) => Table {
  if (!nodeModel || !leafModel) throw new Error('the models of this test are missing');
  const tables = {
    't.node': { model: nodeModel.stored, rows: nodeRows },
    't.leaf': { model: leafModel.stored, rows: leafRows },
  };
  return model => tables[model === 't.node' ? 't.node' : 't.leaf'];
}

function withoutHidden(row: Row, left: ReadonlySet<string>): Row {
  const kept = (value: unknown) => (typeof value === 'string' && left.has(value) ? value : null);
  return {
    ...row,
    ...('parent_id' in row && { parent_id: kept(row.parent_id) }),
    ...('leaf_id' in row && { leaf_id: kept(row.leaf_id) }),
    ...('node_id' in row && { node_id: kept(row.node_id) }),
    ...(Array.isArray(row.friend_ids) && { friend_ids: row.friend_ids.filter(id => left.has(String(id))) }),
  };
}
