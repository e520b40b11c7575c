import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { always, type CommandContext } from '../../../src/index.ts';
import { counted, countedEntries } from '../audit/counted.ts';
import { periodOf } from '../audit/entry-filter.ts';
import { readTip, type Tip } from '../audit/head.ts';
import type { Signer } from '../audit/signer.ts';
import type { Fault } from '../audit/verify/fault.ts';
import { type VerifyReport, verifyLog } from '../audit/verify/verify-log.ts';
import { securityErrors } from '../errors.ts';

interface VerifyOptions {
  readonly since?: string;
  readonly until?: string;
  readonly against?: string;
  readonly json?: boolean;
}

export function registerAuditVerify(
  audit: Command,
  { signer, context }: { signer: Signer | undefined; context: CommandContext },
): void {
  audit
    .command('verify')
    .description('Check that nothing in the log was changed, moved or taken out')
    .option('--since <when>', 'only entries from then on')
    .option('--until <when>', 'only entries before then')
    .option('--against <file>', 'what audit head --json printed at some time, kept elsewhere')
    .option('--json', 'print JSON')
    .action(async (options: VerifyOptions) => {
      const kept = options.against === undefined ? [] : await readKept(options.against);
      const runtime = await context.runtime();
      const report = await verifyLog({
        store: runtime.store,
        signer,
        ...periodOf(runtime, options),
        kept,
        progress: total => context.terminal.progress('Checking entries', total),
      });
      context.print({ json: reportJson(report), text: reportText(report) }, options);
      if (!report.isWhole) throw broken(report);
    });
}

export function broken({ faults }: VerifyReport): Error {
  const [first] = faults;
  const count = faults.length === 1 ? 'one place' : `${faults.length} places`;
  return securityErrors.AUDIT_BROKEN({
    message: `The log is not what was written, in ${count}: ${first ? faultLine(first) : ''}`,
  });
}

export function reportJson(report: VerifyReport) {
  const { faults, removed, unproven, ...rest } = report;
  return {
    ...rest,
    removed: removed.map(({ chain, sequence, before }) => ({ chain, upTo: sequence, before })),
    unproven: unproven.map(part => ({ ...part })),
    faults: faults.map(fault => ({ ...fault })),
  };
}

const signatures: Readonly<Record<VerifyReport['signature'], string>> = {
  signed: 'The heads are signed.',
  'partly signed': 'Some heads are signed; older chains are not.',
  unsigned: 'The heads are unsigned: whoever can rewrite the whole database could make them anew.',
  unchecked: 'The heads are signed, but the key is not known here (GATEHOUSE_AUDIT_KEY).',
};

function reportText({ isWhole, entries, chains, heads, signature, removed, unproven, faults }: VerifyReport): string {
  const behind = unproven.reduce((sum, part) => sum + part.entries, 0);
  const found = `${countedEntries(entries)} in ${counted(chains, { one: 'chain', many: 'chains' })}`;
  return [
    isWhole
      ? `The log is whole: ${found}, ${counted(heads, { one: 'head', many: 'heads' })}.`
      : `The log is NOT whole. Looked at: ${found}.`,
    signatures[signature],
    ...(behind > 0
      ? [`Newer than what heads tell of: ${countedEntries(behind)}. That none is missing after that is not proven.`]
      : []),
    ...removed.map(
      ({ chain, sequence, before }) =>
        `Retention took out entries 1 to ${sequence} of chain ${chain}, from before ${before}.`,
    ),
    ...faults.map(faultLine),
  ].join('\n');
}

function faultLine({ kind, chain, sequence, head, callId, message }: Fault): string {
  const where = [
    `chain ${chain ?? '?'}`,
    ...(sequence === null ? [] : [`entry ${sequence}`]),
    ...(head === null ? [] : [`head ${head}`]),
    ...(callId === null ? [] : [`call ${callId}`]),
  ];
  return `${kind}: ${where.join(', ')}: ${message}`;
}

/** `audit head`: how far the log has come, to be kept where nobody who can write to the database can write. */
export function registerAuditHead(audit: Command, context: CommandContext): void {
  audit
    .command('head')
    .description('How far the log has come: keep it elsewhere, for audit verify --against')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const rows = await runtime.store.find({ model: 'security.audit-tip', where: always });
      const tips = rows.flatMap(row => readTip(row, undefined)?.tip ?? []);
      const time = new Date(runtime.now()).toISOString();
      const lines = tips.map(({ chain, sequence, hash }) => `${chain}  ${sequence}  ${hash}`);
      context.print(
        { json: { time, tips: tips.map(tip => ({ ...tip })) }, text: lines.join('\n') || 'No chain.' },
        options,
      );
    });
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const keptHead = z.object({
  tips: z.array(
    z.object({
      chain: z.string(),
      sequence: z.int().min(0),
      hash,
      head: z.int().min(0),
      headHash: hash,
    }),
  ),
});

/** Throws FILTER_INVALID. */
async function readKept(file: string): Promise<Tip[]> {
  try {
    return keptHead.parse(JSON.parse(await readFile(file, 'utf8'))).tips;
  } catch (cause) {
    throw securityErrors.FILTER_INVALID({
      message: `--against: ${file} does not hold what audit head --json prints.`,
      cause,
    });
  }
}
