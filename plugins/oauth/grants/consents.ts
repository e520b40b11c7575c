import { hash } from 'node:crypto';
import { all, equals, hasCode, type Runtime, recordStamp } from '../../../src/index.ts';
import { consent } from '../models/consent.ts';
import { type Scope, scopes } from '../scopes.ts';

/** Whom a consent is for: the same client that sends people elsewhere has none. */
export interface ConsentSubject {
  readonly userId: string;
  readonly clientId: string;
  /** Scheme and host that the client sends people back to. */
  readonly place: string;
}

const model = consent.name;

/** The scopes that the user has allowed this client before. */
export async function rememberedScopes(runtime: Runtime, subject: ConsentSubject): Promise<ReadonlySet<Scope>> {
  const [row] = await runtime.store.find({ model, where: equals('key', keyOf(subject)), limit: 1 });
  const remembered: unknown = row?.scopes;
  return new Set(Array.isArray(remembered) ? scopes.filter(scope => remembered.includes(scope)) : []);
}

/** Remembers an answer: of what was asked, exactly what was allowed; what was allowed before and not asked, still. */
export async function rememberConsent(
  runtime: Runtime,
  input: { readonly subject: ConsentSubject; readonly asked: readonly Scope[]; readonly allowed: readonly Scope[] },
): Promise<void> {
  const { subject, asked, allowed } = input;
  const before = await rememberedScopes(runtime, subject);
  const kept = scopes.filter(scope => (asked.includes(scope) ? allowed.includes(scope) : before.has(scope)));
  const key = keyOf(subject);
  const { userId, clientId } = subject;
  const stamp = recordStamp(runtime, userId);
  const row = { id: runtime.newId(), key, user: userId, client_id: clientId, scopes: kept, ...stamp };
  try {
    await runtime.store.write([{ kind: 'insert', model, row }]);
  } catch (thrown) {
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    await runtime.store.write([{ kind: 'update', model, where: equals('key', key), set: { scopes: kept } }]);
  }
}

/** The next request of this client asks again. */
export async function forgetConsents(runtime: Runtime, input: { userId: string; clientId: string }): Promise<void> {
  const where = all(equals('user', input.userId), equals('client_id', input.clientId));
  await runtime.store.write([{ kind: 'remove', model, where }], { atomic: false });
}

function keyOf({ userId, clientId, place }: ConsentSubject): string {
  return hash('sha256', JSON.stringify([userId, clientId, place]));
}
