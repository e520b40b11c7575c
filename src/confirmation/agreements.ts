import { hash } from 'node:crypto';
import { isoTime } from '../clock.ts';
import type { Principal } from '../model/principal.ts';
import { recordStamp } from '../model/record-stamp.ts';
import { all, compare, equals } from '../store/condition.ts';
import type { Store } from '../store/port.ts';
import { canonicalJson } from './canonical-json.ts';
import { confirmationModel } from './model.ts';

/** What an agreement is about; every part has to be the same when it is used. */
export interface Subject {
  /** How it is given: a token by the caller, or an answer by the user. One cannot stand in for the other. */
  readonly way: 'token' | 'user';
  readonly principal: Principal;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Agreements that are asked for, in the store: good on every instance, and after a restart. */
export interface Agreements {
  /** Writes down what is asked; the secret that stands for it, and when it expires (ISO 8601). */
  open(subject: Subject, input: { basis: string; lifetime: number }): Promise<{ secret: string; expiresAt: string }>;
  /**
   * Uses up what `secret` stands for; its basis, hashed. undefined: used already, expired, about something else, or never
   * given. Of any number of callers at the same time one gets it.
   */
  use(subject: Subject, secret: string): Promise<string | undefined>;
}

/** Bytes of a secret. */
const secretSize = 32;

export function createAgreements(parts: {
  readonly store: Store;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
}): Agreements {
  const { store, now, newId, randomBytes } = parts;
  const model = confirmationModel.name;
  return {
    async open(subject, { basis, lifetime }) {
      const secret = randomBytes(secretSize).toString('base64url');
      const expiresAt = isoTime(now() + lifetime);
      const row = {
        id: newId(),
        token_hash: hash('sha256', secret),
        binding: bindingOf(subject),
        basis: basisHash(basis),
        expires_at: expiresAt,
        is_used: false,
        ...recordStamp({ now }, subject.principal.user.login),
      };
      await store.write([{ kind: 'insert', model, row }]);
      return { secret, expiresAt };
    },
    async use(subject, secret) {
      const at = isoTime(now());
      const isAlive = compare('expires_at', '>', at);
      const where = all(
        equals('token_hash', hash('sha256', secret)),
        equals('binding', bindingOf(subject)),
        equals('is_used', false),
        isAlive,
      );
      const set = { is_used: true, updatedAt: at };
      const [used] = await store.write([{ kind: 'update', model, where, set }]);
      const basis = used?.rows[0]?.basis;
      return typeof basis === 'string' ? basis : undefined;
    },
  };
}

/** As it is kept: a basis may be long. */
export function basisHash(basis: string): string {
  return hash('sha256', basis);
}

function bindingOf({ way, principal, tool, args }: Subject): string {
  const { credential, user } = principal;
  return hash('sha256', canonicalJson([way, credential.kind, credential.id, user.id, tool, args]));
}
