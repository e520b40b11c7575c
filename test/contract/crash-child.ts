import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/open-store.ts';
import type { WriteOperation } from '../../src/store/port.ts';
import { contractModels } from './contract-models.ts';

/* Writes until it is killed, sixteen at a time, and prints the id of every row once its write was acknowledged. */
const store = await openStore({
  location: process.env.STORE ?? '',
  folder: '/',
  now: Date.now,
  queryTimeLimit: 10_000,
});
await store.open(contractModels);

let next = 0;
async function writeOn(): Promise<never> {
  for (;;) {
    const id = (next++).toString(16).padStart(24, '0');
    const insert = (model: string): WriteOperation => ({ kind: 'insert', model, row: { id, name: `crash ${id}` } });
    const both = [insert('contract.person'), insert('contract.tag')];
    await (store.capabilities.transactions ? store.write(both) : store.write(both.slice(0, 1)));
    writeSync(1, `${id}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, writeOn));
