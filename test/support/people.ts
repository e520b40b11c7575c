import { createKey } from '../../plugins/security/plugin.ts';
import { always } from '../../src/store/condition.ts';
import type { TestGatehouse } from './start-gatehouse.ts';

type KeyOptions = Omit<Parameters<typeof createKey>[0], 'runtime' | 'user' | 'name' | 'scopes'> & {
  scopes?: Parameters<typeof createKey>[0]['scopes'];
};

/** A key of one of the demo's people; with all scopes and no rate to speak of unless said otherwise. */
export async function keyOf(
  gatehouse: Pick<TestGatehouse, 'app'>,
  user: string,
  options: KeyOptions = {},
): Promise<string> {
  const { key } = await createKey({
    runtime: gatehouse.app.runtime,
    name: `${user}'s key`,
    user,
    scopes: 'all',
    rate: 1_000_000,
    ...options,
  });
  return key;
}

/** The newest entries of the audit log, the newest first. */
export async function auditOf(gatehouse: Pick<TestGatehouse, 'app'>, limit = 50) {
  return gatehouse.app.runtime.store.find({
    model: 'security.audit-entry',
    where: always,
    order: ['time', 'sequence'].map(field => ({ field, descending: true })),
    limit,
  });
}
