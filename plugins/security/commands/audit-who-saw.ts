import type { Command } from 'commander';
import { type CommandContext, formatPublicId, parsePublicId, type Runtime, table } from '../../../src/index.ts';
import type { Subject } from '../audit/disclosure.ts';
import { periodOf } from '../audit/entry-filter.ts';
import { entryCells, entryHeadings, entryJson } from '../audit/entry-json.ts';
import type { Signer } from '../audit/signer.ts';
import { type VerifyReport, verifyLog } from '../audit/verify/verify-log.ts';
import { type WhoSaw, whoSaw } from '../audit/who-saw.ts';
import { securityErrors } from '../errors.ts';
import { broken, reportJson } from './audit-verify.ts';

interface WhoSawOptions {
  readonly model: string;
  readonly id: string;
  readonly field?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
}

/** `audit who-saw`. */
export function registerWhoSaw(
  audit: Command,
  { signer, context }: { signer: Signer | undefined; context: CommandContext },
): void {
  audit
    .command('who-saw')
    .description('Every call in which a record was seen, or may have been')
    .requiredOption('--model <model>', 'technical name of the model')
    .requiredOption('--id <id>', 'the record: its id, or model/id')
    .option('--field <field>', 'only calls that may have shown this field of it')
    .option('--since <when>', 'from then on')
    .option('--until <when>', 'before then')
    .option('--json', 'print JSON')
    .action(async (options: WhoSawOptions) => {
      const runtime = await context.runtime();
      const subject = subjectOf(runtime, options);
      const given = periodOf(runtime, options);
      const period = { since: given.since, until: given.until ?? new Date(runtime.now() + 1).toISOString() };
      // Looked at first: what is found after it is found in a log that has been checked.
      const report = await verifyLog({
        store: runtime.store,
        signer,
        ...period,
        progress: total => context.terminal.progress('Checking entries', total),
      });
      const found = await whoSaw({ runtime, subject, ...period });
      const gaps = gapsIn(report, period.since);
      context.print(
        {
          json: {
            record: subject.record,
            field: subject.field ?? null,
            since: period.since ?? null,
            until: period.until,
            complete: gaps.length === 0,
            gaps,
            seen: found.seen.map(entryJson),
            possible: found.possible.map(({ entry, reasons }) => ({ ...entryJson(entry), reasons })),
            log: reportJson(report),
          },
          text: textOf({ subject, found, gaps }),
        },
        options,
      );
      if (!report.isWhole) throw broken(report);
    });
}

/** Throws FILTER_INVALID. */
function subjectOf(runtime: Runtime, { model: name, id, field }: WhoSawOptions): Subject {
  const model = runtime.registry.get(name);
  if (!model) throw securityErrors.FILTER_INVALID({ message: `--model: there is no model "${name}".` });
  const named = parsePublicId(id.includes('/') ? id : formatPublicId(name, id));
  if (named?.model !== name) {
    throw securityErrors.FILTER_INVALID({
      message: `--id: expected 24 hex digits, or ${name}/ and these, not "${id}".`,
    });
  }
  if (field !== undefined && !model.fields.has(field)) {
    throw securityErrors.FILTER_INVALID({ message: `--field: ${name} has no field "${field}".` });
  }
  return { model, record: formatPublicId(name, named.id), field };
}

/** Why there may have been more calls in the period than the log tells of. */
function gapsIn({ isWhole, removed, faults }: VerifyReport, since: string | undefined): string[] {
  const gone = removed
    .map(({ before }) => before)
    .toSorted()
    .at(-1);
  return [
    ...(isWhole ? [] : [`the log is not what was written, in ${faults.length} places`]),
    ...(gone !== undefined && (since === undefined || since < gone)
      ? [`entries from before ${gone} were taken out by retention`]
      : []),
  ];
}

function textOf({ subject, found, gaps }: { subject: Subject; found: WhoSaw; gaps: readonly string[] }): string {
  const what = subject.field === undefined ? subject.record : `${subject.field} of ${subject.record}`;
  const seen = found.seen.map(entryCells);
  const possible = found.possible.map(({ entry, reasons }) => [...entryCells(entry), reasons.join('; ')]);
  return [
    `Seen, ${what}: ${seen.length} calls`,
    ...(seen.length > 0 ? [table(entryHeadings, seen)] : []),
    `Not excluded: ${possible.length} calls`,
    ...(possible.length > 0 ? [table([...entryHeadings, 'WHY'], possible)] : []),
    gaps.length === 0 ? 'Complete: the log of this period is whole.' : `Not complete: ${gaps.join('; ')}.`,
  ].join('\n');
}
