import type { ModelDefinition } from '../../../src/index.ts';
import { accountInvoice } from './account-invoice.ts';
import { country } from './country.ts';
import { employee } from './employee.ts';
import { partner } from './partner.ts';
import { product } from './product.ts';
import { saleOrder } from './sale-order.ts';
import { saleOrderLine } from './sale-order-line.ts';
import { tag } from './tag.ts';

/** What the demo company keeps records of. */
export const demoModels: readonly ModelDefinition[] = [
  country,
  tag,
  partner,
  product,
  saleOrder,
  saleOrderLine,
  accountInvoice,
  employee,
];
