import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { installDemo } from './install.ts';
import { accountInvoice } from './models/account-invoice.ts';
import { country } from './models/country.ts';
import { employee } from './models/employee.ts';
import { installation } from './models/installation.ts';
import { partner } from './models/partner.ts';
import { product } from './models/product.ts';
import { saleOrder } from './models/sale-order.ts';
import { saleOrderLine } from './models/sale-order-line.ts';
import { tag } from './models/tag.ts';
import { welcome } from './welcome.ts';

/** A made-up company to try everything on; see README.md. */
export default definePlugin({
  name: 'demo',
  version: '1.0.0',
  kernel: '^1',
  depends: ['base', 'records', 'security'],
  settings: z.strictObject({}),
  setup(scope) {
    for (const model of [country, tag, partner, product, saleOrder, saleOrderLine, accountInvoice, employee]) {
      scope.model(model);
    }
    scope.model(installation);
    scope.onStart(async runtime => {
      if (await installDemo(runtime)) await welcome(runtime);
    });
  },
});
