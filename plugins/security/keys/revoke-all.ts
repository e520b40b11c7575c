import {
  all,
  any,
  type Condition,
  compare,
  equals,
  oneOf,
  type Row,
  type Runtime,
  recordStamp,
  systemPrincipal,
} from '../../../src/index.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { securityErrors } from '../errors.ts';
import { tellKeyChange } from './end-key.ts';
import { tellOwnersOfRevoked } from './revoked-mails.ts';

/** What has to be said, word for word. */
export const confirmation = 'revoke all keys';

const model = 'security.api-key';
const pageSize = 500;

export interface RevokedAll {
  readonly count: number;
  /** Owners who got a mail, and those who have no address. */
  readonly mailed: number;
  readonly unreachable: number;
}

/**
 * Ends every active key, and what else plugins let callers in by (OAuth grants): all keys or none where the store has
 * transactions, otherwise one after the other until none is left. Refused before anything changes (REVOKE_ALL_REFUSED) without a reason or with another phrase. Afterwards one
 * audit entry holds reason and count, the hook `keys.revoked-all` fires, and owners are mailed. Where the store fails
 * on the way, what was ended stays so and is told like this, then the error is thrown: run again, it goes on.
 */
export async function revokeAllKeys(input: {
  readonly runtime: Runtime;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly reason: string;
  readonly confirm: string;
  /** Login of whoever does it. */
  readonly by: string;
}): Promise<RevokedAll> {
  const { runtime, by } = input;
  const reason = input.reason.trim();
  if (reason === '') throw securityErrors.REVOKE_ALL_REFUSED({ message: 'A reason is needed. Nothing was revoked.' });
  if (input.confirm !== confirmation) {
    throw securityErrors.REVOKE_ALL_REFUSED({
      message: `The confirmation has to be exactly "${confirmation}". Nothing was revoked.`,
    });
  }
  const revoked: Row[] = [];
  const others: string[] = [];
  let failure: unknown;
  try {
    await endAll({ runtime, reason, by, revoked });
    for (const { name, revokeAll } of runtime.revokers) others.push(`${await revokeAll(runtime, reason)} ${name}`);
  } catch (thrown) {
    failure = thrown;
    if (revoked.length === 0) throw thrown;
  }
  tellKeyChange(
    runtime,
    revoked.map(({ id }) => id),
  );
  const count = revoked.length;
  const detail = failure === undefined ? reason : `${reason} [interrupted: not all of them]`;
  await input.audit.write(
    entryOf({ runtime, by, reason: `${[`${count} keys`, ...others].join(', ')} revoked: ${detail}` }),
  );
  runtime.emit('keys.revoked-all', { by, reason: detail, count });
  const told = await tellOwnersOfRevoked({ runtime, revoked, reason });
  if (failure !== undefined) {
    throw securityErrors.REVOKE_ALL_INTERRUPTED({
      message: `${count} keys are revoked, but not all of them. Run it again for the rest.`,
      cause: failure,
    });
  }
  return { count, ...told };
}

async function endAll(input: { runtime: Runtime; reason: string; by: string; revoked: Row[] }): Promise<void> {
  const { runtime, reason, by, revoked } = input;
  const { updatedAt, updatedBy } = recordStamp(runtime, by);
  const set = { revoked_at: updatedAt, revoked_reason: reason.slice(0, 250), updatedAt, updatedBy };
  const isActive = activeAt(updatedAt);
  if (runtime.store.capabilities.transactions) {
    const [result] = await runtime.store.write([{ kind: 'update', model, where: isActive, set }]);
    revoked.push(...(result?.rows ?? []));
    return;
  }
  // Until none is left: keys that are made meanwhile go with the others.
  for (;;) {
    const page = await runtime.store.find({ model, where: isActive, limit: pageSize });
    if (page.length === 0) return;
    for (const { id } of page) {
      const where = all(oneOf('id', [id]), isActive);
      const [result] = await runtime.store.write([{ kind: 'update', model, where, set }], { atomic: false });
      revoked.push(...(result?.rows ?? []));
    }
  }
}

function activeAt(now: string): Condition {
  const isUnexpired = compare('expires_at', '>', now);
  return all(equals('revoked_at', null), any(equals('expires_at', null), isUnexpired));
}

/** The entry of an act that no client called for. */
function entryOf({ runtime, by, reason }: { runtime: Runtime; by: string; reason: string }) {
  const principal = systemPrincipal(reason);
  return {
    call: {
      id: runtime.newId(),
      receivedAt: runtime.now(),
      transport: 'stdio' as const,
      era: 'modern' as const,
      protocolVersion: '',
      method: 'keys/revoke-all',
      params: {},
      target: undefined,
      client: { name: 'gatehouse', version: '', userAgent: '', sessionId: undefined },
      address: 'command line',
      presented: undefined,
      traceparent: undefined,
      tool: undefined,
      arguments: {},
      touches: [],
      scope: undefined,
      principal: { ...principal, user: { ...principal.user, login: by } },
      session: undefined,
      responseHeaders: {},
      reached: [],
    },
    outcome: { kind: 'ok' as const, note: { code: 'KEYS_REVOKED', reason } },
    reached: [],
    durationMs: 0,
  };
}
