import { Secret, TOTP } from 'otpauth';
import { equals, hasCode, type Runtime, recordStamp } from '../../../src/index.ts';
import { totp } from '../models/totp.ts';
import { removeRecoveryCodes, renewRecoveryCodes } from './recovery-codes.ts';

const model = totp.name;

/** RFC 6238 as the apps do it: SHA-1, six digits, 30 s. */
export const period = 30;
const secretLength = 20;

/** What is shown once, when a user gets a second factor. */
export interface Enrolment {
  /** For the authenticator app: `otpauth://totp/…` (Key URI Format). Holds the secret. */
  readonly uri: string;
  /** The same secret, to be typed: base32. */
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** A new secret and new recovery codes for a user, in place of earlier ones. */
export async function enrol(
  runtime: Runtime,
  user: { readonly id: string; readonly login: string },
): Promise<Enrolment> {
  const { id } = user;
  const secret = new Secret({ buffer: new Uint8Array(runtime.randomBytes(secretLength)).buffer });
  const stamp = recordStamp(runtime);
  const values = { secret: secret.base32, last_step: 0, changed_at: stamp.updatedAt };
  try {
    await runtime.store.write([{ kind: 'insert', model, row: { id, ...values, ...stamp } }]);
  } catch (thrown) {
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    await runtime.store.write([{ kind: 'update', model, where: equals('id', id), set: values }]);
  }
  const issuer = `Gatehouse ${new URL(runtime.server.publicUrl).hostname}`;
  const uri = new TOTP({ secret, period, issuer, label: user.login }).toString();
  return { uri, secret: secret.base32, recoveryCodes: await renewRecoveryCodes(runtime, id) };
}

/** Takes the second factor from a user. False: there was none. */
export async function unenrol(runtime: Runtime, userId: string): Promise<boolean> {
  const [removed] = await runtime.store.write([{ kind: 'remove', model, where: equals('id', userId) }]);
  await removeRecoveryCodes(runtime, userId);
  return removed?.matched === 1;
}
