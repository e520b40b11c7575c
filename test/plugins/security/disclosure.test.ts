import { describe, expect, test } from 'vitest';
import { auditContent } from '../../../plugins/security/audit/audit-row.ts';
import { disclosureOf } from '../../../plugins/security/audit/disclosure.ts';
import type { Outcome, Reached, Row, Touch } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { callIn, guardRuntime } from './call-in.ts';

const { registry } = guardRuntime();
const bob = `x.partner/${'b'.repeat(24)}`;
const ann = `x.partner/${'a'.repeat(24)}`;

/** The entry of a call that named `touch` and reached `reached`. */
function entryOf(input: { touch?: Partial<Touch>; reached?: readonly Partial<Reached>[]; outcome?: Outcome }): Row {
  const { touch = {}, reached = [], outcome = { kind: 'ok' } } = input;
  const touches = [{ model: 'x.partner', operation: 'read' as const, ...touch }];
  const parts = reached.map(part => ({
    model: 'x.partner',
    operation: 'read' as const,
    ids: [],
    count: part.ids?.length ?? 0,
    fields: ['name'],
    ...part,
  }));
  const content = auditContent({ call: callIn({ touches }), outcome, reached: parts, durationMs: 0 });
  return { id: 'e'.repeat(24), version: 1, ...content };
}

function judge(entry: Row, field?: string): unknown {
  const model = registry.get('x.partner');
  if (!model) throw new Error('no model');
  const found = disclosureOf({ model, record: bob, field }, registry)(entry);
  return typeof found === 'object' ? found.possible : found;
}

const refused: Outcome = { kind: 'denied', stage: 'execute', code: 'RECORD_NOT_FOUND', reason: 'hidden' };
const asked = (path: string) => ({ fields: [{ path, use: 'read' as const, at: '' }], domain: `${path} = …` });

describe(`${verifies('AUD-4')} who saw Bob`, () => {
  test.each<[string, Row, unknown]>([
    ['a read of him', entryOf({ touch: { ids: [bob] }, reached: [{ ids: [bob] }] }), 'seen'],
    ['a search that found him', entryOf({ reached: [{ ids: [ann, bob], matched: 2 }] }), 'seen'],
    ['a write to him', entryOf({ reached: [{ ids: [bob], operation: 'write' }] }), 'seen'],
    ['a read of Ann', entryOf({ reached: [{ ids: [ann] }] }), undefined],
    ['a read of him that was refused', entryOf({ touch: { ids: [bob] }, outcome: refused }), undefined],
    ['a search that found nobody', entryOf({ touch: asked('name'), reached: [{ matched: 0 }] }), undefined],
    ['figures', entryOf({ reached: [{ count: 3 }] }), ['figures over records']],
    ['no groups', entryOf({ reached: [{ count: 0 }] }), undefined],
    ['a page of more', entryOf({ reached: [{ ids: [ann], matched: 9 }] }), ['counted among those that matched']],
    ['more than is kept', entryOf({ reached: [{ ids: [ann], count: 5_000 }] }), ['more records than are listed']],
    [
      'an order of somebody',
      entryOf({
        touch: { model: 'x.order' },
        reached: [{ model: 'x.order', ids: ['x.order/1'], fields: ['partner_id'] }],
      }),
      ['through x.order.partner_id'],
    ],
    [
      'an order, without whose it is',
      entryOf({ touch: { model: 'x.order' }, reached: [{ model: 'x.order', ids: ['x.order/1'], fields: ['name'] }] }),
      undefined,
    ],
    [
      'a child of somebody',
      entryOf({ reached: [{ ids: [ann], fields: ['parent_id'] }] }),
      ['through x.partner.parent_id'],
    ],
  ])('%s', (_, entry, expected) => expect(judge(entry)).toEqual(expected));
});

describe('who saw his e-mail address', () => {
  test.each<[string, Row, unknown]>([
    ['a read with it', entryOf({ reached: [{ ids: [bob], fields: ['email'] }] }), 'seen'],
    ['a read without it', entryOf({ reached: [{ ids: [bob], fields: ['name'] }] }), undefined],
    ['figures of names', entryOf({ reached: [{ count: 3, fields: ['name'] }] }), undefined],
    ['figures by it', entryOf({ reached: [{ count: 3, fields: ['email'] }] }), ['figures over records']],
    [
      'a search by it that found others',
      entryOf({ touch: asked('email'), reached: [{ ids: [ann], matched: 1 }] }),
      ['searched by email, and the record did not match'],
    ],
    [
      'a search by it that found nobody',
      entryOf({ touch: asked('email'), reached: [{ matched: 0 }] }),
      ['searched by email, and the record did not match'],
    ],
    [
      'a search by it that counted',
      entryOf({ touch: asked('email'), reached: [{ ids: [ann], matched: 9 }] }),
      ['counted among those that matched'],
    ],
    ['a search by something else', entryOf({ touch: asked('name'), reached: [{ ids: [ann], matched: 9 }] }), undefined],
    [
      'orders, by it',
      entryOf({
        touch: { model: 'x.order', ...asked('partner_id.email') },
        reached: [{ model: 'x.order', ids: ['x.order/1'], fields: ['name'] }],
      }),
      ['through x.order.partner_id.email'],
    ],
    [
      'orders, with the title of whose they are',
      entryOf({
        touch: { model: 'x.order' },
        reached: [{ model: 'x.order', ids: ['x.order/1'], fields: ['partner_id'] }],
      }),
      undefined,
    ],
    [
      'a call that touched more fields than are kept',
      entryOf({ reached: [{ ids: [ann], fields: Array.from({ length: 300 }, (_, index) => `field_${index}`) }] }),
      ['more fields than are listed'],
    ],
  ])('%s', (_, entry, expected) => expect(judge(entry, 'email')).toEqual(expected));

  test('his name is his title, and shown wherever he is listed', () => {
    expect(judge(entryOf({ reached: [{ ids: [bob], fields: ['email'] }] }), 'name')).toBe('seen');
    const order = entryOf({
      touch: { model: 'x.order' },
      reached: [{ model: 'x.order', ids: ['x.order/1'], fields: ['partner_id'] }],
    });
    expect(judge(order, 'name')).toEqual(['through x.order.partner_id']);
  });
});

test('a thousand ids of one answer are kept, and the entry says when there were more', () => {
  const ids = (count: number) =>
    Array.from({ length: count }, (_, index) => `x.partner/${String(index).padStart(24, '0')}`);
  const whole = entryOf({ reached: [{ ids: ids(1_000) }] });
  expect(whole.record_ids).toHaveLength(1_000);
  expect(whole.unlisted).toBeNull();
  const cut = entryOf({ reached: [{ ids: ids(600) }, { ids: ids(1_200).slice(600) }] });
  expect(cut.record_ids).toHaveLength(1_000);
  expect(cut.unlisted).toEqual([['x.partner', 'more']]);
});
