import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import { aggregates } from './aggregates.ts';
import { conditions } from './conditions.ts';
import { crashes } from './crashes.ts';
import { finding } from './finding.ts';
import { clear, type Harness, openContractStore } from './harness.ts';
import { hierarchies } from './hierarchies.ts';
import { lifecycle } from './lifecycle.ts';
import { races } from './races.ts';
import { randomConditions } from './random-conditions.ts';
import { relations } from './relations.ts';
import { slowQueries } from './slow-queries.ts';
import { transactions } from './transactions.ts';
import { values } from './values.ts';
import { words } from './words.ts';
import { writes } from './writes.ts';

/**
 * What every store must do, and do alike. `open` gives each part the store that it works on, empty before each test.
 */
export function describeStoreContract(name: string, harness: Harness): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    const current = () => store;

    describe('rows', () => {
      beforeAll(async () => {
        store = await openContractStore(harness, { data: 'rows' });
      });
      beforeEach(() => clear(store));
      afterAll(() => store?.close());

      values(current);
      finding(current);
      conditions(current);
      relations(current);
      hierarchies(current);
      words(current);
      aggregates(current);
      writes(current);
      transactions(current);
      races(current);
      slowQueries(current);
      randomConditions(current);
    });

    lifecycle(harness);
    crashes(harness);
  });
}
