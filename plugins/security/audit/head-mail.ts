import { composeMail, type Job, type Runtime } from '../../../src/index.ts';
import type { AuditLog } from './audit-log.ts';
import type { Tip } from './head.ts';

/**
 * Mails a head of the log once a day: what is kept outside finds a log that was rewritten whole, with heads, tips and
 * all. One head is enough, because it names the newest entry of every chain.
 */
export function headMailJob(parts: { readonly to: readonly string[]; readonly log: () => AuditLog }): Job {
  return {
    name: 'audit head mail',
    schedule: '7 5 * * *',
    async run(runtime) {
      const tip = await parts.log().head();
      const time = new Date(runtime.now()).toISOString();
      const letter = headLetter({ tip, time, server: runtime.server.publicUrl });
      const key = `audit-head ${time.slice(0, 10)}`;
      await runtime.mail.send({ to: parts.to, ...letter, key });
    },
  };
}

/** `kept` is what `audit verify --against` takes. */
function headLetter({ tip, time, server }: { tip: Tip; time: string; server: Runtime['server']['publicUrl'] }) {
  const kept = JSON.stringify({ time, tips: [tip] });
  return {
    subject: `[Gatehouse] Head of the audit log, ${time.slice(0, 10)}`,
    ...composeMail({
      heading: `Head of the audit log, ${time.slice(0, 10)}`,
      paragraphs: [
        'Keep this message where nobody who can write to the database can change it. It proves what the log was on that day: whoever changes, moves or takes out an entry from before cannot make a log that fits it, not even by writing all of it anew.',
        'To check the log against it: put the line after "head.json" into a file of that name, and run "gatehouse audit verify --against head.json". It ends with an error, and names the place, where something is not as it was.',
      ],
      facts: [
        ['Time', time],
        ['Head', tip.headHash],
        ['Chain', `${tip.chain}, head ${tip.head}, entry ${tip.sequence}`],
        ['head.json', kept],
      ],
      footer: `Sent once a day by Gatehouse at ${server}, because this address stands in security.audit.headMail.`,
    }),
  };
}
