import type { CallContext, Change } from '../../../src/index.ts';

/*
 * The questions that people are asked: plain text, of which every part that comes from a record is quoted on its own
 * line, cut, and without characters that nobody sees, so that a record's title cannot pass for the question.
 */

interface Subject {
  readonly context: CallContext;
  readonly model: string;
}

/** Records of which each gets a line, fields of one that are shown, and characters of a value. */
const maxLines = 10;
const maxFields = 5;
const maxText = 80;

export function deleteQuestion({
  context,
  model,
  deleted,
  alsoDeleted,
  cleared,
}: Subject & {
  deleted: readonly { readonly title: string }[];
  alsoDeleted: number;
  cleared: number;
}): string {
  return [
    `Delete ${records(deleted.length)} of ${labelOf({ context, model })} for good?`,
    ...linesOf(deleted, ({ title }) => quote(title)),
    ...(alsoDeleted > 0 ? [`Deleted as well, because they depend on them: ${records(alsoDeleted)}.`] : []),
    ...(cleared > 0 ? [`Losing their reference to them: ${records(cleared)}.`] : []),
  ].join('\n');
}

export function writeQuestion({ context, model, changes }: Subject & { changes: readonly Change[] }): string {
  return [
    `Change ${records(changes.length)} of ${labelOf({ context, model })}?`,
    ...linesOf(changes, ({ title, changes: fields }) => `${quote(title)}: ${changedFields(fields)}`),
  ].join('\n');
}

export function createQuestion({
  context,
  model,
  created,
}: Subject & { created: readonly { readonly title: string }[] }): string {
  return [
    `Create ${records(created.length)} of ${labelOf({ context, model })}?`,
    ...linesOf(created, ({ title }) => quote(title)),
  ].join('\n');
}

function records(count: number): string {
  return count === 1 ? '1 record' : `${count} records`;
}

function labelOf({ context, model }: Subject): string {
  const label = context.policy.of(context.principal, model)?.model.label;
  return label === undefined ? model : `${label} (${model})`;
}

function linesOf<T>(items: readonly T[], line: (item: T) => string): string[] {
  const lines = items.slice(0, maxLines).map(item => `- ${line(item)}`);
  return items.length > maxLines ? [...lines, `and ${items.length - maxLines} more.`] : lines;
}

function changedFields(fields: Change['changes']): string {
  const changed = Object.entries(fields);
  if (changed.length === 0) return 'nothing changes';
  const shown = changed.slice(0, maxFields).map(([name, { from, to }]) => `${name} ${quote(from)} → ${quote(to)}`);
  return changed.length > maxFields ? `${shown.join(', ')}, and more` : shown.join(', ');
}

/** Line separators and what is not seen, as in bidirectional tricks; JSON has escaped the other control characters. */
const unseen = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  const seen = text.replaceAll(unseen, '');
  const cut = seen.length > maxText ? `${seen.slice(0, maxText).toWellFormed()}…` : seen;
  return typeof value === 'string' ? JSON.stringify(cut) : cut.replaceAll(/\s+/g, ' ');
}
