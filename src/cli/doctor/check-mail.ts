import type { App } from '../../boot.ts';
import { equals } from '../../store/condition.ts';
import type { Finding } from './finding.ts';

const model = 'gatehouse.mail';
/** Given-up messages that are named one by one. */
const named = 5;

/** Whether mail can go out, and what has become of the messages that should have. */
export async function checkMail({
  runtime: { store },
  transport,
}: Pick<App, 'runtime' | 'transport'>): Promise<Finding[]> {
  const check = 'mail';
  const waiting = await store.count({ model, where: equals('state', 'queued') });
  const findings: Finding[] = [];
  const queue = waiting === 1 ? '1 message waits.' : `${waiting} messages wait.`;
  if (!transport) {
    const solve = 'Set mail.url and mail.from, or SMTP_URL and MAIL_FROM.';
    findings.push({
      check,
      status: 'warn',
      message: `There is no mail server, so nobody is told anything. ${queue}`,
      solve,
    });
  } else {
    const fault = await transport.verify();
    findings.push(
      fault === undefined
        ? { check, status: 'ok', message: `The mail server answers. ${queue}` }
        : {
            check,
            status: 'warn',
            message: `The mail server cannot be used (${fault}). ${queue}`,
            solve: 'Correct mail.url, or bring the server back.',
          },
    );
  }
  const failed = await store.find({
    model,
    where: equals('state', 'failed'),
    order: [{ field: 'createdAt', descending: true }],
    limit: named + 1,
  });
  for (const row of failed.slice(0, named)) {
    findings.push({
      check: 'mail given up',
      status: 'warn',
      message: `To ${row.recipient}, of ${row.createdAt}: "${row.subject}". ${row.error}`,
      solve: 'Tell them another way, and correct the address.',
    });
  }
  if (failed.length > named)
    findings.push({
      check: 'mail given up',
      status: 'warn',
      message: 'And more.',
      solve: 'The model gatehouse.mail has them all.',
    });
  return findings;
}
