/*
 * Calls that try to reach what the seller of `company.ts` may not see: by name, by id, and without naming it.
 */

/** A tool and its arguments. */
export type Call = readonly [tool: string, args: Record<string, unknown>];

/** One field name in every argument of every tool that takes one. `id` is of a contact that the caller sees. */
export function callsNaming(name: string, id: string): Call[] {
  const model = 'x.partner';
  const domains = [
    [[name, '=', 'open sesame']],
    [[name, '!=', false]],
    ['!', [name, 'ilike', '%']],
    ['|', ['name', '=', 'x'], [name, 'in', ['open sesame']]],
    ['&', '!', [name, '<', 'z'], ['name', '!=', false]],
    [[name, 'child_of', id]],
    [[`${name}.name`, '=', 'x']],
    [[`parent_id.${name}`, '=', 'open sesame']],
    [[`order_ids.partner_id.${name}`, '!=', false]],
    [[name, 'no operator', 1]],
    [[name, '>', { $ne: null }]],
  ];
  return [
    ...domains.map((domain): Call => ['search', { model, domain }]),
    ...domains.map((domain): Call => ['aggregate', { model, domain }]),
    ['search', { model: 'x.order', domain: [[`partner_id.${name}`, '=', 'open sesame']] }],
    ['search', { model: 'x.order', fields: [`partner_id.${name}`] }],
    ['search', { model, fields: [name] }],
    ['search', { model, fields: ['name', name], query: 'visible' }],
    ['search', { model, order: name }],
    ['search', { model, order: `name, ${name} desc` }],
    ['search', { model, order: `parent_id.${name}` }],
    ['read', { ids: [id], fields: [name] }],
    ['read', { ids: [id], fields: ['notes', name], valueOffset: 1 }],
    ['aggregate', { model, groupBy: [name] }],
    ['aggregate', { model, groupBy: ['state', `${name}:month`] }],
    ['aggregate', { model, groupBy: [`parent_id.${name}`] }],
    ['aggregate', { model, measures: ['count', `${name}:max`] }],
    ['aggregate', { model, measures: [`${name}:sum`] }],
    ...[true, false].flatMap((dryRun): Call[] => [
      ['create', { model, records: [{ name: 'New', [name]: 'open sesame' }], dryRun }],
      ['create', { model, records: [{ [name]: null }], dryRun }],
      ['write', { ids: [id], values: { [name]: 'open sesame' }, dryRun }],
      ['write', { ids: [id], values: { name: 'Visible', [name]: false }, dryRun }],
      ['write', { ids: [id], values: { [name]: 'open sesame' }, versions: { [id]: 99 }, dryRun }],
    ]),
  ];
}

/** One model in every tool that takes one. */
export function callsOn(model: string): Call[] {
  const id = `${model}/000000000000000000000001`;
  return [
    ['describe_model', { model }],
    ['search', { model }],
    ['search', { model, query: 'gold', domain: [['code', '=', '1']], fields: ['name'], order: 'name' }],
    ['read', { ids: [id] }],
    ['read', { ids: [id], fields: ['name'] }],
    ['fetch', { id }],
    ['aggregate', { model, groupBy: ['name'], measures: ['count'] }],
    ...[true, false].flatMap((dryRun): Call[] => [
      ['create', { model, records: [{ name: 'x', code: '1' }], dryRun }],
      ['write', { ids: [id], values: { code: '1' }, versions: { [id]: 7 }, dryRun }],
      ['delete', { ids: [id], versions: { [id]: 7 }, dryRun }],
    ]),
  ];
}

/** One record, by its plain id, in every argument that takes one. `own` is of a contact that the caller sees. */
export function callsTo(plain: string, own: string): Call[] {
  const id = `x.partner/${plain}`;
  return [
    ['read', { ids: [id] }],
    ['read', { ids: [own, id], fields: ['name'] }],
    ['fetch', { id }],
    ['write', { ids: [id], values: { name: 'Mine' } }],
    ['write', { ids: [own, id], values: { credit: 1 }, versions: { [id]: 99 }, dryRun: true }],
    ['write', { ids: [own], values: { parent_id: id } }],
    ['write', { ids: [own], values: { parent_id: id }, dryRun: true }],
    ['create', { model: 'x.order', records: [{ name: 'For it', partner_id: id }] }],
    ['delete', { ids: [id] }],
    ['delete', { ids: [id], versions: { [id]: 99 }, dryRun: true }],
    ['search', { model: 'x.partner', domain: [['id', '=', id]] }],
    ['search', { model: 'x.partner', domain: [['id', 'child_of', id]] }],
    ['search', { model: 'x.partner', domain: [['id', 'parent_of', id]] }],
    ['search', { model: 'x.partner', domain: [['parent_id', '=', id]] }],
    ['search', { model: 'x.partner', domain: [['parent_id', 'child_of', id]] }],
    ['search', { model: 'x.order', domain: [['partner_id', '=', id]] }],
    ['search', { model: 'x.order', domain: [['partner_id', 'in', [id]]] }],
    ['search', { model: 'x.order', domain: [['partner_id', '!=', id]], fields: ['name'] }],
    ['search', { model: 'x.order', domain: [['partner_id', 'child_of', [id]]] }],
    ['aggregate', { model: 'x.order', domain: [['partner_id', '=', id]] }],
  ];
}

/** Calls that reach hidden things without naming them. */
export const blindCalls: Call[] = [
  ['list_models', {}],
  ['describe_model', { model: 'x.partner' }],
  ['search', { query: 'sesame' }],
  ['search', { query: 'gold' }],
  ['search', { query: 'boss' }],
  ['search', { query: 'visible' }],
  ['search', { model: 'x.partner', query: 'open' }],
  ['search', { model: 'x.partner' }],
  ['search', { model: 'x.partner', domain: [['parent_id', '!=', false]] }],
  ['search', { model: 'x.partner', domain: [['parent_id.name', 'ilike', 'boss']] }],
  ['search', { model: 'x.partner', domain: ['!', ['parent_id.name', 'ilike', 'boss']] }],
  ['search', { model: 'x.partner', domain: [['parent_id', 'ilike', 'boss']] }],
  ['search', { model: 'x.order' }],
  ['search', { model: 'x.order', domain: [['partner_id.name', '!=', false]] }],
  ['search', { model: 'x.order', domain: [['partner_id.credit', '>', 500]] }],
  ['aggregate', { model: 'x.partner', groupBy: ['parent_id'], measures: ['count', 'credit:sum'] }],
  ['aggregate', { model: 'x.order', groupBy: ['partner_id'], measures: ['count', 'amount:sum'] }],
  ['aggregate', { model: 'x.partner', measures: ['credit:sum', 'credit:max', 'count'] }],
];
