import { buildEmployees } from './employees.ts';
import { buildInvoices, buildOrders } from './orders.ts';
import { buildCountries, buildPartners, buildTags } from './partners.ts';
import { buildProducts } from './products.ts';
import type { DemoRow } from './row.ts';
import { buildUsers } from './users.ts';

/**
 * Tidewater Coffee Supply, a made-up wholesaler in Hamburg: about 5,000 records, the same on every machine. Models come
 * in an order in which every record refers only to records before it. `groups`: ids of the users' groups by name.
 */
export function buildCompany(groups: ReadonlyMap<string, string>): ReadonlyMap<string, readonly DemoRow[]> {
  const partners = buildPartners();
  const products = buildProducts();
  const { orders, lines } = buildOrders({ partners, products });
  return new Map<string, readonly DemoRow[]>([
    ['base.user', buildUsers(groups)],
    ['crm.country', buildCountries()],
    ['crm.tag', buildTags()],
    ['crm.partner', partners],
    ['product.product', products],
    ['sale.order', orders],
    ['sale.order.line', lines],
    ['account.invoice', buildInvoices(orders)],
    ['hr.employee', buildEmployees()],
  ]);
}
