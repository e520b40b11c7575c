import { all, equals, oneOf, type Principal, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import type { Webhook } from './webhook.ts';

/**
 * The one whose rights apply to a webhook, as they are at this moment: its user, who may only read. undefined: the user
 * is gone or disabled, and nothing may be sent.
 */
export async function subscriberOf(runtime: Runtime, webhook: Webhook): Promise<Principal | undefined> {
  const loaded = await loadUser(runtime, webhook.user);
  if (!loaded?.isActive) return undefined;
  const { user, groups } = loaded;
  const credential = {
    kind: 'webhook',
    id: webhook.id,
    label: webhook.name,
    scopes: new Set(['read'] as const),
    models: null,
    fields: null,
  };
  return { user, groups, credential };
}

/** Which of these records the subscriber may see now. */
export async function visibleTo(input: {
  runtime: Runtime;
  principal: Principal;
  model: string;
  ids: readonly string[];
}): Promise<ReadonlySet<string>> {
  const { runtime, principal, model, ids } = input;
  const access = runtime.policy.of(principal, model);
  if (!access?.operations.has('read')) return new Set();
  const where = all(ids.length === 1 ? equals('id', ids[0] ?? '') : oneOf('id', ids), access.rule('read'));
  const rows = await runtime.store.find({ model, where, fields: [] });
  return new Set(rows.map(({ id }) => id));
}
