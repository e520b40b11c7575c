import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, describe, expect, test } from 'vitest';
import { describeStoreContract } from './store-contract.ts';

const uri = process.env.MONGODB_URI;

if (uri) {
  const prefix = `gatehouse_contract_${randomBytes(6).toString('hex')}`;
  const used = new Set<string>();

  afterAll(async () => {
    for (const location of used) {
      const connection = await mongoose.createConnection(location).asPromise();
      await connection.dropDatabase();
      await connection.close();
    }
  });

  describeStoreContract('MongoDB', {
    location(data) {
      const location = new URL(uri);
      location.pathname = `/${prefix}_${data}`;
      used.add(location.href);
      return location.href;
    },
  });
} else if (process.env.CI) {
  test('store contract: MongoDB', () => {
    expect.fail('MONGODB_URI is not set: on CI the contract has to hold on MongoDB too.');
  });
} else {
  describe.skip('store contract: MongoDB (skipped: MONGODB_URI is not set)', () => {
    test('every part of the contract');
  });
}
