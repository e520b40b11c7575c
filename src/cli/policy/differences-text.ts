import { table } from '../print.ts';
import type { Difference } from './compare.ts';

/** For people: a line for each gain, loss and change. */
export function differencesText(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'Nobody gains or loses anything.';
  return table(
    ['WHO', 'CHANGE', 'WHAT', 'MODEL', 'FIELDS OR RECORDS'],
    differences.map(difference => [
      difference.who,
      difference.change,
      difference.what,
      difference.model,
      detail(difference),
    ]),
  );
}

function detail({ change, fields, before, after }: Difference): string {
  if (fields.length > 0) return fields.join(', ');
  if (change === 'has other records') return `${before} → ${after}`;
  return (change === 'gains' ? after : before) ?? '';
}
