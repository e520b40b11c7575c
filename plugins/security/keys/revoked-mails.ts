import { composeMail, type Row, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { mailTo } from '../mail-people.ts';

/** Keys that one mail names. */
const maxNamed = 50;

/** One mail to each owner, naming their keys and the reason. A mail that cannot be written holds up no other. */
export async function tellOwnersOfRevoked(input: {
  readonly runtime: Runtime;
  readonly revoked: readonly Row[];
  readonly reason: string;
}): Promise<{ mailed: number; unreachable: number }> {
  const { runtime, revoked, reason } = input;
  const occasion = runtime.newId();
  let mailed = 0;
  let unreachable = 0;
  for (const [id, keys] of Map.groupBy(revoked, row => String(row.user))) {
    const owner = await loadUser(runtime, id);
    const letter = revokedLetter({ name: owner?.user.name ?? '', keys, reason, server: runtime.server.publicUrl });
    const isTold = await mailTo({ runtime, to: owner?.email, letter, key: `keys-revoked ${occasion} ${id}` });
    if (isTold) mailed += 1;
    else unreachable += 1;
  }
  return { mailed, unreachable };
}

function revokedLetter(input: { name: string; keys: readonly Row[]; reason: string; server: string }) {
  const { name, keys, reason, server } = input;
  const named = keys.slice(0, maxNamed).map(key => [String(key.prefix), String(key.name)] as const);
  const left = keys.length - named.length;
  return {
    subject: `Your API keys at ${new URL(server).host} have been revoked`,
    ...composeMail({
      heading: 'Your API keys have been revoked',
      paragraphs: [
        `Hello ${name},`,
        'an operator has revoked all API keys of this server at once, yours among them. They are refused from now on.',
        `The reason given: ${reason}`,
        'What you used them for stands still until you have new ones: ask an admin. Do not put the old ones anywhere again.',
      ],
      facts: [...named, ...(left > 0 ? [['And', `${left} more`] as const] : [])],
      footer: `Sent by Gatehouse at ${server}, because these keys were yours.`,
    }),
  };
}
