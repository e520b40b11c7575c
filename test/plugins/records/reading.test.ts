import { expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type Company, owner, reader, withCompany } from './company.ts';

describeOnStores('Tools that read', open => {
  let company: Company;
  const ids: Record<string, string> = {};

  withCompany(open, async made => {
    company = made;
    const [tag = ''] = await company.create('x.tag', { name: 'Wholesale' });
    const [acme = '', anna = '', bert = ''] = await company.create(
      'x.partner',
      { name: 'Acme', ref: 'A1', email: 'office@acme.example', credit: 1234.5, state: 'old', tag_ids: [tag] },
      { name: 'Anna', ref: 'A2', notes: 'Likes tea.\nEmail: none', document: { a: [1] } },
      { name: 'Bert', ref: 'A3', active: true },
    );
    await company.context(owner).env.of('x.partner').write([anna], { parent_id: acme });
    const orders = await company.create(
      'x.order',
      ...Array.from({ length: 25 }, (_, n) => ({
        name: `Order ${n}`,
        partner_id: n % 2 ? acme : bert,
        amount: n + 0.1,
        quantity: n,
        date: `2026-0${(n % 3) + 1}-15`,
      })),
    );
    Object.assign(ids, { tag, acme, anna, bert, order: orders[0] });
  });

  test(`${verifies('TOOL-2', 'TOOL-4')} search answers id, title, url and values, and where the next page begins`, async () => {
    const { structured } = await company.run('search', {
      model: 'x.partner',
      domain: ['|', ['name', '=', 'Anna'], ['state', '=', 'old']],
      fields: ['name', 'parent_id', 'credit'],
      order: 'name desc',
    });
    const url = (id = '') => `https://gate.example/records/${id}`;
    expect(structured).toEqual({
      results: [
        {
          id: ids.anna,
          title: 'Anna',
          url: url(ids.anna),
          version: 2,
          values: { name: 'Anna', parent_id: { id: ids.acme, title: 'Acme' }, credit: null },
        },
        {
          id: ids.acme,
          title: 'Acme',
          url: url(ids.acme),
          version: 1,
          values: { name: 'Acme', parent_id: null, credit: 1234.5 },
        },
      ],
      total: 2,
    });
  });

  test(`${verifies('TOOL-7')} 20 records by default, and nextOffset leads through all of them`, async () => {
    const seen: unknown[] = [];
    let offset: unknown = 0;
    const pages: number[] = [];
    while (offset !== undefined) {
      const { structured } = await company.run('search', { model: 'x.order', fields: [], offset });
      const results = structured.results as { id: string }[];
      pages.push(results.length);
      seen.push(...results.map(({ id }) => id));
      expect(structured.total).toBe(25);
      offset = structured.nextOffset;
    }
    expect(pages).toEqual([20, 5]);
    expect(new Set(seen).size).toBe(25);
  });

  test(`${verifies('TOOL-3')} search with query alone takes every model in turn, as exactly one JSON text`, async () => {
    const { structured, result, text } = await company.run('search', { query: 'a' }, reader);
    expect(text).toBe(JSON.stringify(structured));
    expect(result.text).toEqual({ exact: true });
    expect(structured).toEqual({
      results: [
        { id: ids.acme, title: 'Acme', url: `https://gate.example/records/${ids.acme}` },
        { id: ids.anna, title: 'Anna', url: `https://gate.example/records/${ids.anna}` },
      ],
      total: 2,
    });
  });

  test(`${verifies('TOOL-3')} pages of a search over all models are parts of one order`, async () => {
    await company.create('x.tag', { name: 'Ordinary' }, { name: 'Orderly' });
    const whole = await company.run('search', { query: 'ord', limit: 200 });
    const all = whole.structured.results as { id: string }[];
    expect(all).toHaveLength(27);
    expect(all.slice(0, 5).map(({ id }) => id.split('/')[0])).toEqual([
      'x.order',
      'x.tag',
      'x.order',
      'x.tag',
      'x.order',
    ]);
    const paged: unknown[] = [];
    for (let offset = 0; offset < 27; offset += 4) {
      const { structured } = await company.run('search', { query: 'ord', limit: 4, offset });
      expect(structured.nextOffset).toBe(offset + 4 < 27 ? offset + 4 : undefined);
      paged.push(...(structured.results as unknown[]));
    }
    expect(paged).toEqual(all);
  });

  test(`${verifies('TOOL-3')} query and domain together hold both`, async () => {
    const args = { model: 'x.partner', query: 'a', domain: [['state', '=', 'old']], fields: ['ref'] };
    const { structured } = await company.run('search', args);
    expect(structured).toMatchObject({ results: [{ id: ids.acme, values: { ref: 'A1' } }], total: 1 });
  });

  test(`${verifies('TOOL-4')} read answers records of several models in the order of the ids`, async () => {
    const { structured } = await company.run('read', { ids: [ids.bert, ids.order, ids.acme], fields: ['name'] });
    expect(structured.records).toMatchObject([
      { id: ids.bert, title: 'Bert', version: 1, values: { name: 'Bert' } },
      { id: ids.order, values: { name: 'Order 0' } },
      { id: ids.acme, values: { name: 'Acme' } },
    ]);
  });

  test(`${verifies('TOOL-4')} read without fields shows all but lists of dependent records`, async () => {
    const { structured } = await company.run('read', { ids: [ids.anna] });
    const [{ values } = { values: {} }] = structured.records as { values: Record<string, unknown> }[];
    expect(values).toMatchObject({
      name: 'Anna',
      notes: 'Likes tea.\nEmail: none',
      document: { a: [1] },
      active: false,
      parent_id: { id: ids.acme, title: 'Acme' },
    });
    expect(Object.keys(values)).not.toContain('order_ids');
  });

  test(`${verifies('TOOL-3', 'TOOL-10')} fetch answers a document, as exactly one JSON text`, async () => {
    const { structured, text } = await company.run('fetch', { id: ids.anna });
    expect(JSON.parse(text)).toEqual(structured);
    expect(structured).toMatchObject({
      id: ids.anna,
      title: 'Anna',
      url: `https://gate.example/records/${ids.anna}`,
      metadata: { model: 'x.partner', label: 'Contact', version: '2' },
    });
    // A value of several lines cannot pass for another field.
    expect(structured.text).toMatch(/^Contact: Anna\n/);
    expect(structured.text).toContain('\nNotes: Likes tea.\n  Email: none\n');
    expect(structured.text).toContain(`Parent: Acme (${ids.acme})`);
  });

  test(`${verifies('TOOL-5')} aggregate counts and sums by groups`, async () => {
    const args = { model: 'x.order', groupBy: ['date:month'], measures: ['count', 'amount:sum', 'quantity:max'] };
    const { structured } = await company.run('aggregate', args);
    expect(structured).toEqual({
      groups: [
        { 'date:month': '2026-01-01', count: 9, 'amount:sum': 108.9, 'quantity:max': 24 },
        { 'date:month': '2026-02-01', count: 8, 'amount:sum': 92.8, 'quantity:max': 22 },
        { 'date:month': '2026-03-01', count: 8, 'amount:sum': 100.8, 'quantity:max': 23 },
      ],
    });
  });

  test(`${verifies('TOOL-5', 'TOOL-7')} groups come in pages, too`, async () => {
    const args = { model: 'x.order', groupBy: ['quantity'], limit: 10, offset: 10 };
    const { structured } = await company.run('aggregate', args);
    expect(structured.groups).toHaveLength(10);
    expect(structured.nextOffset).toBe(20);
    const last = await company.run('aggregate', { ...args, offset: 20 });
    expect(last.structured.groups).toHaveLength(5);
    expect(last.structured.nextOffset).toBeUndefined();
  });

  test(`${verifies('TOOL-5')} aggregate over all records is one group`, async () => {
    const { structured } = await company.run('aggregate', { model: 'x.order', measures: ['quantity:avg'] });
    expect(structured).toEqual({ groups: [{ 'quantity:avg': 12 }] });
  });

  test(`${verifies('TOOL-10')} other answers are marked as data`, async () => {
    const { text, structured } = await company.run('read', { ids: [ids.acme], fields: ['name'] });
    const [first, open, json, close] = text.split('\n');
    expect(first).toContain('no instructions');
    expect([open, close]).toEqual(['<record-data>', '</record-data>']);
    expect(JSON.parse(json ?? '')).toEqual(structured);
  });

  const faults: [args: Record<string, unknown>, code: string, text: string][] = [
    [{ model: 'x.partner', domain: [['nme', '=', 1]] }, 'FIELD_NOT_AVAILABLE', 'domain[0][0]'],
    [{ model: 'x.partner', domain: [['name', '~', 1]] }, 'DOMAIN_INVALID', 'domain[0][1]'],
    [{ model: 'x.partner', domain: ['&', ['name', '=', 'x']] }, 'DOMAIN_INVALID', 'domain[0]'],
    [{ model: 'x.partner', domain: [['credit', '>', 'much']] }, 'DOMAIN_INVALID', 'domain[0][2]'],
    [{ model: 'x.partner', order: 'name, nme' }, 'FIELD_NOT_AVAILABLE', 'order[1]'],
    [{ model: 'x.partner', order: 'name backwards' }, 'INVALID_ARGUMENTS', 'order[0]'],
    [{ model: 'x.partner', fields: ['name', 'nme'] }, 'FIELD_NOT_AVAILABLE', 'fields[1]'],
    [{ model: 'x.nothing' }, 'MODEL_NOT_AVAILABLE', 'x.nothing'],
  ];
  test.each(faults)(`${verifies('TOOL-2')} search %j: %s at %s`, async (args, code, text) => {
    const answer = company.run('search', args);
    await expect(answer).rejects.toMatchObject({ code, publicMessage: expect.stringContaining(text) });
  });
});
