/**
 * Marks a test as proof of rows of the requirements: ``test(`${verifies('KEY-3')} an expired key is refused`, …)``.
 * `requirements.test.ts` fails when a row of a finished capability has no test.
 */
export function verifies(...ids: readonly RequirementId[]): string {
  return ids.map(id => `[${id}]`).join(' ');
}

/** Rows of the finished capabilities. */
export const finished = [
  ...rows('TOOL', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
  ...rows('PROTO', 1, 2, 3, 4, 5, 6),
  ...rows('KEY', 1, 2, 3, 4, 5, 6, 7, 8, 9),
  ...rows('ROT', 1, 2),
  ...rows('REV', 1),
  ...rows('SES', 1, 2, 3, 4),
  ...rows('NET', 1, 2),
  ...rows('RATE', 1, 2, 3, 4),
  ...rows('SCOPE', 1),
  ...rows('MODEL', 1),
  ...rows('PERM', 1, 2, 3),
  ...rows('RULE', 1),
  ...rows('FIELD', 1, 2, 3),
  ...rows('POL', 1),
  ...rows('AUD', 1, 2, 3, 4, 5),
  ...rows('ALERT', 1, 2),
  ...rows('STORE', 1, 2, 3, 4),
  ...rows('CFG', 1, 2),
  ...rows('MAIL', 1),
  ...rows('JOB', 1),
  ...rows('ROLE', 1),
  ...rows('HOOK', 1),
  ...rows('OAUTH', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  ...rows('CLI', 1),
  ...rows('OPS', 1, 2),
] as const;

export type RequirementId = `${Uppercase<string>}-${number}`;

function rows(area: Uppercase<string>, ...numbers: readonly number[]): RequirementId[] {
  return numbers.map((number): RequirementId => `${area}-${number}`);
}
