import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import {
  all,
  always,
  compare,
  equals,
  hasCode,
  isoTime,
  type Json,
  not,
  type Row,
  type Runtime,
  recordStamp,
} from '../../../src/index.ts';
import { accessTokenSeconds, clockSkewSeconds } from '../tokens/lifetimes.ts';

/** The keys of access tokens (RS256): one signs, those before it verify until their last token has run out. */
export interface SigningKeys {
  /** The key that signs; made where there is none yet. */
  current(): Promise<SigningKey>;
  /** The public half of a key that may still be believed; undefined: there is none with this `kid`. */
  find(kid: string): Promise<JWK | undefined>;
  /** The public halves of all that may still be believed. */
  publicKeys(): Promise<readonly JWK[]>;
  /** Something has changed somewhere: they are read anew before the next use. */
  expire(): void;
  /**
   * Makes a new key. `dropOld`: what the old ones have signed is refused at once; for keys that somebody may have taken.
   */
  rotate(options?: { readonly dropOld?: boolean }): Promise<SigningKey>;
  /** Removes keys that nothing valid is signed with any more, and makes a new one where the one that signs is older. */
  tidy(options: { readonly maxAgeDays: number }): Promise<void>;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateJwk: JWK;
}

interface KnownKey {
  readonly id: string;
  readonly kid: string;
  readonly generation: number;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK | undefined;
  /** ms since the epoch. */
  readonly verifiesUntil: number;
  readonly madeAt: number;
}

const model = 'oauth.signing-key';
const day = 86_400_000;
/** How long tokens of a key are about, once another one signs; twice the tolerance, for both ends of it. */
const overlap = (accessTokenSeconds + 2 * clockSkewSeconds) * 1_000;

const makePair = promisify(generateKeyPair);

export function createSigningKeys(runtime: Runtime): SigningKeys {
  const { store } = runtime;
  let reading: Promise<readonly KnownKey[]> | undefined;
  let making: Promise<KnownKey> | undefined;
  /** ms since the epoch. */
  let readAt = 0;

  function known(): Promise<readonly KnownKey[]> {
    reading ??= read().catch(thrown => {
      reading = undefined;
      throw thrown;
    });
    return reading;
  }

  async function read(): Promise<readonly KnownKey[]> {
    readAt = runtime.now();
    const order = [{ field: 'generation', descending: true }];
    const rows = await store.find({ model, where: always, order });
    return rows.map(knownKey);
  }

  async function valid(): Promise<readonly KnownKey[]> {
    const keys = await known();
    return keys.filter(({ verifiesUntil }) => verifiesUntil > runtime.now());
  }

  async function signing(): Promise<KnownKey> {
    const [newest] = await known();
    if (newest?.privateJwk) return newest;
    making ??= make(newest).finally(() => {
      making = undefined;
    });
    return making;
  }

  /** Two that make the next one at the same time end up with the same. */
  async function make(newest: KnownKey | undefined): Promise<KnownKey> {
    const { publicKey, privateKey } = await makePair('rsa', { modulusLength: 2048 });
    const publicJwk = jwkOf(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const named = { kid, alg: 'RS256', use: 'sig' };
    const row = {
      id: runtime.newId(),
      kid,
      generation: (newest?.generation ?? 0) + 1,
      public_jwk: { ...publicJwk, ...named } as Json,
      private_jwk: { ...jwkOf(privateKey), ...named } as Json,
      verifies_until: null,
      ...recordStamp(runtime),
    };
    try {
      await store.write([{ kind: 'insert', model, row }]);
    } catch (thrown) {
      if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    }
    reading = undefined;
    const [made] = await known();
    if (!made) throw new Error('the signing key that was made is not there');
    return made;
  }

  /** Those before the newest sign no more. */
  async function retire(newest: KnownKey, until: number): Promise<void> {
    const isOlder = compare('generation', '<', newest.generation);
    const still = not(compare('verifies_until', '<=', isoTime(until)));
    const set = { verifies_until: isoTime(until), private_jwk: null };
    await store.write([{ kind: 'update', model, where: all(isOlder, still), set }], { atomic: false });
    reading = undefined;
  }

  async function rotate({ dropOld = false } = {}): Promise<SigningKey> {
    reading = undefined;
    const [newest] = await known();
    const made = await make(newest);
    await retire(made, dropOld ? runtime.now() : runtime.now() + overlap);
    return signingKey(made);
  }

  return {
    async current() {
      return signingKey(await signing());
    },
    async find(kid) {
      const found = (await valid()).find(key => key.kid === kid);
      if (found) return found.publicJwk;
      // Made a moment ago by another instance, perhaps. Made-up names cost one reading a second at most.
      if (runtime.now() - readAt < 1_000) return undefined;
      reading = undefined;
      return (await valid()).find(key => key.kid === kid)?.publicJwk;
    },
    async publicKeys() {
      await signing();
      return (await valid()).map(({ publicJwk }) => publicJwk);
    },
    expire() {
      reading = undefined;
    },
    rotate,
    async tidy({ maxAgeDays }) {
      reading = undefined;
      const now = runtime.now();
      const keys = await known();
      for (const { id, verifiesUntil } of keys) {
        if (verifiesUntil <= now) await store.write([{ kind: 'remove', model, where: equals('id', id) }]);
      }
      const [newest] = keys;
      if (newest && now - newest.madeAt > maxAgeDays * day) await rotate();
      // After a crash between making one and retiring those before.
      else if (newest && keys.some(key => key !== newest && key.privateJwk)) await retire(newest, now + overlap);
      reading = undefined;
    },
  };
}

function signingKey({ kid, privateJwk }: KnownKey): SigningKey {
  if (!privateJwk) throw new Error('the newest signing key has no private half');
  return { kid, privateJwk };
}

function jwkOf(key: KeyObject): JWK {
  return key.export({ format: 'jwk' }) as JWK;
}

function knownKey(row: Row): KnownKey {
  return {
    id: row.id,
    kid: String(row.kid),
    generation: Number(row.generation),
    publicJwk: row.public_jwk as JWK,
    privateJwk: row.private_jwk === null ? undefined : (row.private_jwk as JWK),
    verifiesUntil: typeof row.verifies_until === 'string' ? Date.parse(row.verifies_until) : Number.POSITIVE_INFINITY,
    madeAt: Date.parse(String(row.createdAt)),
  };
}
