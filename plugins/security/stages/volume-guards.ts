import type { Call, GatehouseError, Guard, Principal, ToolResult } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import type { LimitsBook } from '../limits-book.ts';
import type { SecuritySettings } from '../settings.ts';
import type { Exceeded, Quota, VolumeBook } from '../volume/volume-book.ts';

interface Parts {
  readonly book: () => VolumeBook;
  readonly limits: LimitsBook;
  readonly settings: SecuritySettings['volume'];
}

/** Refuses what would read, once nothing is left of the day's quota. Counts nothing. */
export function volumeGuard(parts: Parts): Guard<'scope'> {
  return {
    name: 'volume quota',
    check(call, runtime) {
      if (!isReading(call)) return;
      const quotas = quotasOf(call.principal, parts);
      if (quotas.length === 0) return;
      return settle({ exceeded: parts.book().take(quotas, 0), count: 0, now: runtime.now });
    },
    async trial(call, runtime) {
      const quotas = isReading(call) ? quotasOf(call.principal, parts) : [];
      if (quotas.length > 0) throwWhere({ exceeded: await parts.book().look(quotas, 0), count: 0, now: runtime.now() });
    },
  };
}

/** Counts the records that an answer carries; one that the quota does not suffice for does not leave, and costs nothing. */
export function volumeCountGuard(parts: Parts): Guard<'redact'> {
  return {
    name: 'volume counted',
    check(call, runtime, result) {
      const count = recordsIn(call, result);
      const quotas = count > 0 ? quotasOf(call.principal, parts) : [];
      if (quotas.length === 0) return;
      return settle({ exceeded: parts.book().take(quotas, count), count, now: runtime.now });
    },
    async trial(call, runtime) {
      const count = recordsIn(call, undefined);
      const quotas = count > 0 ? quotasOf(call.principal, parts) : [];
      if (quotas.length > 0)
        throwWhere({ exceeded: await parts.book().look(quotas, count), count, now: runtime.now() });
    },
  };
}

function isReading({ touches }: Call): boolean {
  return touches.some(({ operation }) => operation === 'read');
}

/** Records, and groups of figures; as the answer itself says, otherwise all that was read for it. */
function recordsIn({ reached }: Call, result: ToolResult | undefined): number {
  if (result?.records !== undefined) return result.records;
  return reached.reduce((sum, { operation, count }) => sum + (operation === 'read' ? count : 0), 0);
}

function quotasOf(principal: Principal | undefined, { limits, settings }: Parts): readonly Quota[] {
  if (!principal) return [];
  const own = limits.of(principal).recordsPerDay ?? settings.recordsPerDay;
  const { credential, user } = principal;
  return [
    ...(own === null ? [] : [{ subject: `${credential.kind} ${credential.id}`, limit: own }]),
    ...(settings.perUser === null ? [] : [{ subject: `user ${user.id}`, limit: settings.perUser }]),
  ];
}

function settle(input: {
  exceeded: ReturnType<VolumeBook['take']>;
  count: number;
  now: () => number;
}): void | Promise<void> {
  const { exceeded, count, now } = input;
  if (exceeded instanceof Promise) return exceeded.then(later => throwWhere({ exceeded: later, count, now: now() }));
  throwWhere({ exceeded, count, now: now() });
}

function throwWhere(input: { exceeded: Exceeded | undefined; count: number; now: number }): void {
  if (input.exceeded) throw quotaExceeded({ ...input, exceeded: input.exceeded });
}

const day = 86_400_000;

function quotaExceeded({ exceeded, count, now }: { exceeded: Exceeded; count: number; now: number }): GatehouseError {
  const { quota, remaining } = exceeded;
  const wait = Math.max(1, Math.ceil((day - (now % day)) / 1000));
  const rest =
    remaining === 0
      ? 'They are used up; the next day begins at midnight UTC.'
      : `This answer has ${count}, and ${remaining} are left until midnight UTC: ask for fewer.`;
  return securityErrors.QUOTA_EXCEEDED({
    message: `At most ${quota.limit} records may be read a day. ${rest}`,
    data: { limit: quota.limit, remaining, retryAfter: wait },
    headers: { 'Retry-After': String(wait) },
  });
}
