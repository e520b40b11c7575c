import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type AuditLog, createAuditLog } from '../../../plugins/security/audit/audit-log.ts';
import type { Signer } from '../../../plugins/security/audit/signer.ts';
import { type VerifyReport, verifyLog } from '../../../plugins/security/audit/verify/verify-log.ts';
import {
  type AuditEntry,
  always,
  type Condition,
  equals,
  type Row,
  type Runtime,
  type StoredValue,
} from '../../../src/index.ts';
import type { TestStore } from '../../support/stores.ts';
import { callIn } from './call-in.ts';
import { type House, openHouse } from './house.ts';

export const entryModel = 'security.audit-entry';
export const headModel = 'security.audit-head';
export const tipModel = 'security.audit-tip';

/** Audit logs on a store, each as another instance would have it, without the instances. */
export function auditLogs(input: { runtime: Runtime; clock: { now: number } }) {
  const { runtime, clock } = input;
  const { store } = runtime;

  return {
    store,
    open: (signer?: Signer): AuditLog => createAuditLog({ runtime, signer }),
    async fill(log: AuditLog, count: number, parts: Partial<AuditEntry> = {}): Promise<void> {
      await Promise.all(
        Array.from({ length: count }, () => {
          clock.now += 1_000;
          const call = callIn({ id: runtime.newId(), receivedAt: clock.now, ...parts.call });
          return log.write({ outcome: { kind: 'ok' }, reached: [], durationMs: 1, ...parts, call });
        }),
      );
    },
    /** Takes everything out, as if the store were new. */
    async clear(): Promise<void> {
      for (const model of [entryModel, headModel, tipModel]) {
        await store.write([{ kind: 'remove', model, where: always }], { atomic: false });
      }
    },
    verify: (more: { signer?: Signer; since?: string; until?: string } = {}): Promise<VerifyReport> =>
      verifyLog({ store, signer: more.signer, ...more }),
    /** All entries by their place. */
    async entries(where: Condition = always): Promise<Row[]> {
      const order = ['chain', 'sequence'].map(field => ({ field, descending: false }));
      return store.find({ model: entryModel, where, order });
    },
    /** As one does who writes to the database itself: the store counts no version up. */
    async change(model: string, row: Row, set: Readonly<Record<string, StoredValue>>): Promise<void> {
      const { version: _, ...values } = row;
      await store.write([{ kind: 'remove', model, where: equals('id', row.id) }]);
      await store.write([{ kind: 'insert', model, row: { ...values, ...set } }]);
    },
    async remove(model: string, ...rows: readonly Row[]): Promise<void> {
      for (const { id } of rows) await store.write([{ kind: 'remove', model, where: equals('id', id) }]);
    },
    async insert(model: string, row: Row): Promise<void> {
      const { version: _, ...values } = row;
      await store.write([{ kind: 'insert', model, row: values }]);
    },
  };
}

export type AuditLogs = ReturnType<typeof auditLogs>;

/** For the tests of one `describe`: a house on a store, its logs emptied before each. `use` is told of both once. */
export function withAuditLogs(
  open: () => Promise<TestStore>,
  use: (made: { house: House; logs: AuditLogs }) => void | Promise<void>,
): void {
  let store: TestStore;
  let house: House;
  let logs: AuditLogs;
  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    logs = auditLogs(house);
    await use({ house, logs });
  });
  beforeEach(() => logs.clear());
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });
}
