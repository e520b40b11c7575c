import type { Command } from 'commander';
import type { App } from '../boot.ts';
import type { JobRun } from '../job/run-log.ts';
import type { JobState } from '../job/scheduler.ts';
import type { CommandKit } from './command-kit.ts';
import { wholeNumber } from './option-values.ts';
import { table } from './print.ts';

/** `job list`, `job run`, `job history`. */
export function registerJob(program: Command, kit: CommandKit): void {
  const job = program.command('job').description('Work done by the clock: list, run by hand, look back');

  job
    .command('list')
    .description('All jobs: when they are due, and how they went last')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { jobs } = await kit.open({ role: 'command' });
      const list = await jobs.list();
      const json = list.map(state => ({ ...state, lastRun: state.lastRun && { ...state.lastRun } }));
      const headings = ['JOB', 'SCHEDULE', 'TIME ZONE', 'DUE NEXT', 'LAST RUN', 'OUTCOME', 'TOOK', 'RUNS ON'];
      kit.print({ json, text: table(headings, list.map(stateRow)) }, options);
    });

  job
    .command('run <name>')
    .description('Run a job here and now; exit code 1 where it fails')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const { jobs } = await started(kit);
      const { outcome, durationMs, error = null } = await jobs.run(name);
      const text = `${name}: ${outcome} after ${span(durationMs)}${error === null ? '' : `. ${error}`}`;
      kit.print({ json: { job: name, outcome, durationMs, error }, text }, options);
      if (outcome !== 'ok') kit.setExitCode(1);
    });

  job
    .command('history [name]')
    .description('The last runs, of one job or of all, the newest first')
    .option('--limit <number>', 'at most so many', wholeNumber({ most: 999_999 }), 50)
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, options: { limit: number; json?: boolean }) => {
      const { jobs } = await kit.open({ role: 'command' });
      const runs = await jobs.history({ job: name, limit: options.limit });
      const headings = ['STARTED', 'JOB', 'DUE', 'OUTCOME', 'TOOK', 'ATTEMPT', 'ON', 'ERROR'];
      kit.print({ json: runs.map(run => ({ ...run })), text: table(headings, runs.map(runRow)) }, options);
    });
}

/** A job works with what the plugins have started. */
async function started(kit: CommandKit): Promise<App> {
  const app = await kit.open({ role: 'command' });
  await app.start();
  return app;
}

function stateRow({ name, schedule, timeZone, everyInstance, nextAt, runningOn, lastRun }: JobState): string[] {
  return [
    name,
    schedule,
    timeZone,
    nextAt,
    lastRun?.startedAt ?? 'never',
    lastRun?.outcome ?? '',
    span(lastRun?.durationMs ?? null),
    runningOn ?? (everyInstance ? '(each instance)' : ''),
  ];
}

function runRow({ startedAt, job, byHand, dueAt, outcome, durationMs, attempt, holder, error }: JobRun): string[] {
  return [
    startedAt,
    job,
    byHand ? 'by hand' : (dueAt ?? ''),
    outcome,
    span(durationMs),
    String(attempt),
    holder,
    error ?? '',
  ];
}

function span(ms: number | null): string {
  if (ms === null) return '';
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
