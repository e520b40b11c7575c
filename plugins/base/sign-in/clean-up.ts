import { always, compare, oneOf, type Runtime } from '../../../src/index.ts';
import { password } from '../models/password.ts';
import { recoveryCode } from '../models/recovery-code.ts';
import { signInAttempts } from '../models/sign-in-attempts.ts';
import { totp } from '../models/totp.ts';

const pageSize = 500;

/** Deletes what is forgotten of failed attempts, and passwords and second factors of users who are gone. */
export async function cleanUpSignIn(runtime: Runtime): Promise<void> {
  const isForgotten = compare('forget_at', '<=', new Date(runtime.now()).toISOString());
  await runtime.store.write([{ kind: 'remove', model: signInAttempts.name, where: isForgotten }], { atomic: false });
  await removeOrphans(runtime, { model: password.name, owner: 'id' });
  await removeOrphans(runtime, { model: totp.name, owner: 'id' });
  await removeOrphans(runtime, { model: recoveryCode.name, owner: 'owner' });
}

async function removeOrphans(runtime: Runtime, { model, owner }: { model: string; owner: string }): Promise<void> {
  const { store } = runtime;
  for (let last = ''; ; ) {
    const where = last === '' ? always : compare('id', '>', last);
    const page = await store.find({ model, where, fields: [owner], limit: pageSize });
    const owners = [...new Set(page.map(row => String(row[owner])))];
    const users = await store.find({ model: 'base.user', where: oneOf('id', owners), fields: [] });
    const there = new Set(users.map(({ id }) => id));
    const gone = page.filter(row => !there.has(String(row[owner]))).map(({ id }) => id);
    if (gone.length > 0) await store.write([{ kind: 'remove', model, where: oneOf('id', gone) }], { atomic: false });
    last = page.at(-1)?.id ?? '';
    if (page.length < pageSize) return;
  }
}
