import { equals, type Row, type Runtime } from '../../../../src/index.ts';
import { loadUser } from '../../../base/plugin.ts';
import { mailTo } from '../../mail-people.ts';
import { memberAddresses } from '../../member-addresses.ts';
import type { SecuritySettings } from '../../settings.ts';
import { offerHandover } from './handover.ts';
import { noAddressLetter, rotatedLetter } from './mails.ts';

/** How the owner came to know: by mail; or nobody could be told but the admins; or nobody at all. */
export type Told = 'owner' | 'admins' | 'nobody';

/**
 * Brings the successor to its owner: by a single-use link in a mail, or, where the settings say so and the key is at
 * hand, in the mail itself. Without an address of the owner, admins are told, without anything secret. Told twice, the
 * later link holds.
 */
export async function tellOwner(input: {
  readonly runtime: Runtime;
  readonly settings: SecuritySettings['rotation'];
  readonly old: Row;
  readonly successor: Row;
  readonly key: string | undefined;
}): Promise<Told> {
  const { runtime, settings, old, successor, key } = input;
  const owner = await loadUser(runtime, String(old.user));
  const login = owner?.user.login ?? String(old.user);
  const server = runtime.server.publicUrl;
  const mailKey = `key-rotated ${successor.id} ${runtime.newId()}`;
  if (owner?.email) {
    const inMail = settings.delivery === 'mail' && key !== undefined;
    const until = new Date(runtime.now() + settings.linkHours * 3_600_000).toISOString();
    const handover = inMail
      ? { key }
      : { link: await offerHandover({ runtime, id: successor.id, hours: settings.linkHours }), until };
    const letter = rotatedLetter({ owner: owner.user, old, successor, server, handover });
    if (await mailTo({ runtime, to: owner.email, letter, key: mailKey })) {
      await noteTold({ runtime, id: successor.id, isClaimed: inMail });
      return 'owner';
    }
  }
  const letter = noAddressLetter({ login, old, successor, server });
  let told: Told = 'nobody';
  for (const to of await memberAddresses(runtime, 'security.admin')) {
    if (await mailTo({ runtime, to, letter, key: mailKey })) told = 'admins';
  }
  await noteTold({ runtime, id: successor.id, isClaimed: false });
  if (told === 'nobody') runtime.log.warn({ prefix: successor.prefix }, 'nobody could be told of a rotated key');
  return told;
}

async function noteTold(input: { runtime: Runtime; id: string; isClaimed: boolean }): Promise<void> {
  const { runtime, id, isClaimed } = input;
  const set = { told_at: new Date(runtime.now()).toISOString(), ...(isClaimed && { is_unclaimed: false }) };
  await runtime.store.write([{ kind: 'update', model: 'security.api-key', where: equals('id', id), set }]);
}
