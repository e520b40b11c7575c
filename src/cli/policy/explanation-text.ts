import { table, visible } from '../print.ts';
import type { AccessReport, Explanation, OpinionReport } from './explanation.ts';
import type { EntryReport } from './origins.ts';

/** An explanation for people: the verdict first, then stage by stage, then what the policies say. */
export function explanationText(explanation: Explanation): string {
  const { stages, access, records } = explanation;
  const rows = stages.map(({ stage, verdict, guards }) => [
    stage,
    verdict === 'denied' ? 'DENIED' : verdict,
    guards.map(({ by, verdict: said }) => (said === 'passed over' ? `${by} (not tried)` : by)).join('; '),
  ]);
  return [
    headline(explanation),
    '',
    callLine(explanation),
    '',
    table(['STAGE', 'VERDICT', 'DECIDED BY'], rows),
    ...(records === null ? [] : ['', `Records reached: ${records}`]),
    ...access.flatMap(report => ['', ...accessLines(report)]),
  ]
    .map(line => visible(line, { lines: true }))
    .join('\n');
}

const parts: Readonly<Record<string, string>> = {
  all: 'nothing',
  email: 'the first character and the domain',
  phone: 'the last two digits',
  last4: 'the last four characters',
  initials: 'the initials',
};

function headline({ verdict, stage, by, code, message, reason }: Explanation): string {
  if (verdict === 'allowed') return 'ALLOWED';
  return `DENIED at ${stage} by ${by}: ${code}\n${message}${reason === null ? '' : ` (${reason})`}`;
}

function callLine({ tool, arguments: args, caller, address, at }: Explanation): string {
  const who = caller
    ? `${caller.user} (${caller.groups.join(', ') || 'in no group'}), ${caller.credential.kind} ${caller.credential.label} with ${caller.scopes.join(', ')}`
    : 'a caller who is not known';
  return `${tool} ${JSON.stringify(args)}\nfrom ${who}\nat ${address}, ${at}`;
}

function accessLines(report: AccessReport): string[] {
  const { model, operation, allowed, exists, opinions, domain, rules, hidden } = report;
  if (!exists) return [`${operation} ${model}: there is no such model`];
  return [
    `${operation} ${model}: ${allowed ? 'allowed' : 'not allowed'}`,
    ...opinions.flatMap(opinionLines),
    ...(allowed
      ? [`  records   ${domain === null ? '(a condition that the notation has no words for)' : JSON.stringify(domain)}`]
      : []),
    ...(allowed ? rules.filter(({ applies }) => applies).map(entryLine) : []),
    ...hidden.flatMap(({ field, mask, because }) => [
      mask === null ? `  hidden    ${field}` : `  masked    ${field}, showing ${parts[mask] ?? mask}`,
      ...because.flatMap(({ by, entries }) => [
        ...(entries.length === 0 ? [`      ${by}`] : entries.filter(({ applies }) => applies).map(entryLine)),
      ]),
    ]),
  ];
}

/** The entries that decide: those that allow it to the caller, or, where there are none, whom they allow it to. */
function opinionLines({ by, allows, entries }: OpinionReport): string[] {
  const mine = entries.filter(({ applies }) => applies);
  if (allows && mine.length === 0) return [];
  return [
    `  ${allows ? 'allowed' : 'refused'}   ${by}`,
    ...(allows ? mine.map(entryLine) : entries.map(entry => `${entryLine(entry)}, which the caller is not in`)),
  ];
}

function entryLine({ where, name, groups, except }: EntryReport): string {
  const whom = groups === null ? 'for everyone' : `for ${groups.join(', ') || 'nobody'}`;
  const but = except.length > 0 ? ` but ${except.join(', ')}` : '';
  return `      ${where}  ${name === null ? '' : `${name}, `}${whom}${but}`;
}
