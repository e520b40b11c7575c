import { composeMail, type Row } from '../../../src/index.ts';
import { type AlertType, alertTypes } from './alert-types.ts';

/** Alerts that one mail lists; the rest it counts. */
const maxListed = 10;

/** The mail about alerts of one type, the worst known first: what, who, where, how often since when, what to do. */
export function alertMessage(input: { type: AlertType; rows: readonly Row[]; server: string }) {
  const { type, rows, server } = input;
  const { label, meaning, advice } = alertTypes[type];
  const sorted = rows.toSorted((a, b) => Number(b.count) - Number(a.count));
  const [first] = sorted;
  const severity = String(first?.severity ?? '').toUpperCase();
  const isOne = rows.length === 1 && first !== undefined;
  const title = isOne
    ? `${label}: ${subjectOf(first)} (${times(first)})`
    : `${label}: ${rows.length} alerts, ${rows.reduce((sum, { count }) => sum + Number(count), 0)} times`;
  const rest = rows.length - maxListed;
  const content = {
    heading: `${severity}: ${title}`,
    paragraphs: [
      meaning,
      `What to do: ${advice}`,
      isOne
        ? `When it is dealt with: gatehouse alert resolve ${first.id} --note "…"`
        : 'All of them: gatehouse alert list --open',
    ],
    facts: isOne ? factsOf(first) : sorted.slice(0, maxListed).flatMap(listed),
    footer: `${rest > 0 ? `${rest} more are not listed here. ` : ''}Sent by Gatehouse at ${server} to those who manage security there. While it goes on, you get one mail each cool-down.`,
  };
  return { subject: `[Gatehouse] ${severity}: ${title}`.slice(0, 200).toWellFormed(), ...composeMail(content) };
}

function factsOf(row: Row): (readonly [string, string])[] {
  const details = Object.entries((row.details ?? {}) as Record<string, readonly string[]>);
  return [
    ['About', subjectOf(row)],
    ['How often', times(row)],
    ['Since', clock(row.first_at)],
    ['Last', clock(row.last_at)],
    ...details.map(([name, values]) => [plural[name] ?? name, values.join(', ')] as const),
    ['Alert', row.id],
  ];
}

function listed(row: Row): (readonly [string, string])[] {
  return [[subjectOf(row), `${times(row)} since ${clock(row.first_at)}; alert ${row.id}`]];
}

const plural: Readonly<Record<string, string>> = {
  address: 'Addresses',
  user: 'Users',
  key: 'Keys',
  model: 'Models',
  code: 'Refused with',
  records: 'Records',
  until: 'Expires',
  by: 'Done by',
  reason: 'Reason',
};

function subjectOf({ subject }: Row): string {
  return String(subject);
}

function times({ count }: Row): string {
  return Number(count) === 1 ? 'once' : `${count} times`;
}

/** `2026-11-23 12:00:05 UTC` */
function clock(value: unknown): string {
  return `${String(value).slice(0, 19).replace('T', ' ')} UTC`;
}
