import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildCompany } from '../../../plugins/demo/company/build-company.ts';
import { firstDay, lastDay } from '../../../plugins/demo/company/orders.ts';
import type { DemoRow } from '../../../plugins/demo/company/row.ts';
import { userIds } from '../../../plugins/demo/company/users.ts';
import { demoModels } from '../../../plugins/demo/models/demo-models.ts';

const groups = new Map(['admin', 'sales', 'hr', 'auditors'].map((name, index) => [name, `${index}`.repeat(24)]));
const company = buildCompany(groups);
const orders = rowsOf('sale.order');
const invoices = rowsOf('account.invoice');

function rowsOf(model: string): readonly DemoRow[] {
  return company.get(model) ?? [];
}

function fieldsOf(model: string) {
  return Object.entries(demoModels.find(({ name }) => name === model)?.fields ?? {});
}

function sum(rows: readonly DemoRow[], field: string): number {
  return rows.reduce((total, row) => total + Number(row[field]), 0);
}

test('it is the same on every machine', () => {
  const text = JSON.stringify([...company]);
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    'cf3fb7fb8f5264df9702fde0ff80c1030f0c6d197ee35cbd047515d654ac8f85',
  );
  expect(buildCompany(groups)).toEqual(company);
});

test('about 5,000 records', () => {
  expect(Object.fromEntries([...company].map(([model, rows]) => [model, rows.length]))).toMatchInlineSnapshot(`
    {
      "account.invoice": 844,
      "base.user": 4,
      "crm.country": 14,
      "crm.partner": 858,
      "crm.tag": 14,
      "hr.employee": 64,
      "product.product": 89,
      "sale.order": 920,
      "sale.order.line": 2236,
    }
  `);
});

test('it has rows for the fields of its models and for no others', () => {
  for (const { name } of demoModels) {
    const known = new Set(fieldsOf(name).map(([field]) => field));
    const filled = new Set(rowsOf(name).flatMap(row => Object.keys(row).filter(field => field !== 'id')));
    expect(
      [...filled].filter(field => !known.has(field)),
      name,
    ).toEqual([]);
    for (const [field, { required, kind }] of fieldsOf(name)) {
      if (required)
        expect(
          rowsOf(name).filter(row => row[field] === null || row[field] === undefined),
          field,
        ).toEqual([]);
      if (kind !== 'one2many') expect(filled, name).toContain(field);
    }
  }
});

test('ids and unique values are there once', () => {
  for (const [model, rows] of company) {
    expect(new Set(rows.map(row => row.id)).size, model).toBe(rows.length);
    for (const [name, field] of fieldsOf(model)) {
      if (field.unique) expect(new Set(rows.map(row => row[name])).size, `${model}.${name}`).toBe(rows.length);
    }
  }
});

test('a record refers only to records of the right model that are installed before it', () => {
  const present = new Set<string>();
  const dangling: string[] = [];
  let references = 0;
  for (const [model, rows] of company) {
    for (const row of rows) {
      for (const [name, field] of fieldsOf(model)) {
        if (field.kind !== 'many2one' && field.kind !== 'many2many') continue;
        for (const id of [row[name] ?? []].flat()) {
          if (!present.has(`${field.to}/${id}`)) dangling.push(`${model}.${name} = ${field.to}/${id}`);
          references += 1;
        }
      }
      present.add(`${model}/${row.id}`);
    }
  }
  expect(dangling).toEqual([]);
  expect(references).toBeGreaterThan(10_000);
});

test('lines add up to their order, and an invoice is over its order', () => {
  const linesByOrder = Map.groupBy(rowsOf('sale.order.line'), line => line.order_id);
  for (const order of orders) {
    const lines = linesByOrder.get(order.id) ?? [];
    for (const line of lines) expect(line.amount).toBe(Number(line.quantity) * Number(line.price_unit));
    expect(order.amount_total).toBe(sum(lines, 'amount'));
    expect(Number.isSafeInteger(order.amount_total) && Number(order.amount_total) > 0).toBe(true);
  }
  const ordersById = new Map(orders.map(order => [order.id, order]));
  for (const invoice of invoices) {
    const order = ordersById.get(String(invoice.order_id));
    expect(invoice.amount_total).toBe(order?.amount_total);
    expect(invoice.partner_id).toBe(order?.partner_id);
    expect(invoice.amount_due).toBe(invoice.state === 'paid' ? 0 : invoice.amount_total);
  }
});

test('dates run in the order of the numbers and stay within the books', () => {
  for (const rows of [orders, invoices]) {
    const dates = rows.map(row => String(row.date));
    expect(dates).toEqual(dates.toSorted());
    expect(dates.every(date => date >= firstDay && date <= lastDay)).toBe(true);
    expect(rows.map(row => String(row.name))).toEqual(rows.map(row => String(row.name)).toSorted());
  }
  expect(invoices.every(invoice => String(invoice.due_date) > String(invoice.date))).toBe(true);
});

test('there is something of everyone to tell apart', () => {
  const saras = orders.filter(order => order.user_id === userIds.sara);
  expect(saras.length).toBeGreaterThan(100);
  expect(saras.length).toBeLessThan(orders.length / 2);
  const overdue = invoices.filter(invoice => invoice.state === 'open' && String(invoice.due_date) < lastDay);
  expect(overdue.length).toBeGreaterThan(10);
  const partners = new Map(rowsOf('crm.partner').map(partner => [partner.id, partner]));
  for (const order of orders) expect(order.user_id).toBe(partners.get(String(order.partner_id))?.user_id ?? null);
  for (const partner of partners.values()) {
    const employer = partners.get(String(partner.parent_id));
    if (employer) expect(partner.user_id).toBe(employer.user_id);
  }
});

test('no address or number belongs to anyone', () => {
  for (const { email } of rowsOf('crm.partner')) expect(email).toMatch(/^[a-z0-9.]+@[a-z0-9]+\.example$/);
});

test('a group that the configuration does not have is left out', () => {
  const users = buildCompany(new Map()).get('base.user') ?? [];
  expect(users.map(user => [user.login, user.groups])).toEqual([
    ['admin', []],
    ['sara', []],
    ['hank', []],
    ['ada', []],
  ]);
});
