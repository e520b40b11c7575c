import { randomFrom } from './random.ts';
import { type DemoRow, daysAfter, demoId } from './row.ts';

/** The company's books run from the first day to the last; what is open, is open as of the last. */
export const firstDay = '2025-01-06';
export const lastDay = '2026-09-30';

const orderCount = 920;

/** How many pieces one buys of what: from, to. */
const quantities: Readonly<Record<string, readonly [number, number]>> = {
  beans: [2, 40],
  tea: [2, 24],
  machine: [1, 2],
  grinder: [1, 3],
  barista: [1, 12],
  tableware: [1, 20],
  service: [1, 3],
};

/** Orders with their lines, numbered in the order of their dates; an order's total is the sum of its lines. */
export function buildOrders(input: { partners: readonly DemoRow[]; products: readonly DemoRow[] }): {
  orders: DemoRow[];
  lines: DemoRow[];
} {
  const random = randomFrom('orders');
  const customers = input.partners.filter(partner => !partner.parent_id);
  const days = Array.from({ length: orderCount }, () => random.between(0, daysBetween(firstDay, lastDay)));
  const orders: DemoRow[] = [];
  const lines: DemoRow[] = [];
  for (const [index, day] of days.sort((a, b) => a - b).entries()) {
    const customer = random.pick(customers);
    const id = demoId('sale.order', index + 1);
    let total = 0;
    for (const [line, product] of random.sample(input.products, random.between(1, 4)).entries()) {
      const quantity = random.between(...(quantities[String(product.category)] ?? [1, 1]));
      const amount = quantity * Number(product.price);
      total += amount;
      lines.push({
        id: demoId('sale.order.line', lines.length + 1),
        order_id: id,
        position: line + 1,
        product_id: product.id,
        name: String(product.name),
        quantity,
        price_unit: Number(product.price),
        amount,
      });
    }
    const date = daysAfter(firstDay, day);
    orders.push({
      id,
      name: `S${String(index + 1).padStart(5, '0')}`,
      partner_id: customer.id,
      user_id: customer.user_id ?? null,
      date,
      state: stateOf(daysBetween(date, lastDay), chance => random.percent(chance)),
      amount_total: total,
    });
  }
  return { orders, lines };
}

/** An invoice for every confirmed or delivered order, over the order's total. */
export function buildInvoices(orders: readonly DemoRow[]): DemoRow[] {
  const random = randomFrom('invoices');
  return orders
    .filter(order => order.state === 'sale' || order.state === 'done')
    .map(order => {
      const date = earlier(daysAfter(String(order.date), random.between(0, 6)), lastDay);
      const dueDate = daysAfter(date, random.pick([14, 30, 30, 60]));
      const state = invoiceState({ order, dueDate, percent: chance => random.percent(chance) });
      return { order, date, dueDate, state };
    })
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    .map(({ order, date, dueDate, state }, index) => ({
      id: demoId('account.invoice', index + 1),
      name: `INV/${date.slice(0, 4)}/${String(index + 1).padStart(5, '0')}`,
      order_id: order.id,
      partner_id: String(order.partner_id),
      date,
      due_date: dueDate,
      state,
      amount_total: Number(order.amount_total),
      amount_due: state === 'paid' ? 0 : Number(order.amount_total),
    }));
}

function stateOf(age: number, percent: (chance: number) => boolean): string {
  if (age < 12) return percent(50) ? 'draft' : percent(50) ? 'sent' : 'sale';
  if (age < 40) return percent(15) ? 'sent' : percent(60) ? 'sale' : 'done';
  return percent(8) ? 'cancel' : 'done';
}

function invoiceState(input: {
  order: DemoRow;
  dueDate: string;
  percent: (chance: number) => boolean;
}): 'draft' | 'open' | 'paid' {
  if (input.order.state === 'sale' && input.percent(40)) return 'draft';
  return input.percent(input.dueDate < lastDay ? 94 : 25) ? 'paid' : 'open';
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}
