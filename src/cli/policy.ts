import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isObject } from '../is-object.ts';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { repeated } from './option-values.ts';
import { attempt, timeOf } from './policy/attempt.ts';
import { type CallerName, findCaller } from './policy/callers.ts';
import { readCases } from './policy/case-file.ts';
import { comparePolicies } from './policy/compare.ts';
import { differencesText } from './policy/differences-text.ts';
import { explain } from './policy/explanation.ts';
import { explanationText } from './policy/explanation-text.ts';
import { resultsText, runCases } from './policy/run-cases.ts';
import { openTrialHouse, type TrialHouse, type TrialHouseOptions } from './policy/trial-house.ts';

interface DiffOptions {
  readonly user?: readonly string[];
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

interface ExplainOptions {
  readonly key?: string;
  readonly user?: string;
  readonly tool: string;
  readonly args: string;
  readonly ip?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy explain`, `policy test`, `policy diff`: what the policies say, with or without a server beside. */
export function registerPolicy(program: Command, kit: CommandKit): void {
  const policy = program
    .command('policy')
    .description('Policies: explain a verdict, test verdicts, compare two configs');
  registerExplain(policy, kit);
  registerTest(policy, kit);
  registerDiff(policy, kit);
}

function registerExplain(policy: Command, kit: CommandKit): void {
  policy
    .command('explain')
    .description('What becomes of a call, stage by stage, and which entry decides. Nothing is counted or written')
    .option('--key <prefix>', 'whose call: a key, by its prefix')
    .option('--user <login>', 'or a user, with every right of that user')
    .requiredOption('--tool <name>', 'which tool')
    .option('--args <json>', 'its arguments, such as \'{"model":"crm.partner"}\'', '{}')
    .option('--ip <address>', 'where the call comes from; default 127.0.0.1')
    .option('--at <time>', 'when it comes, such as 2026-01-31T22:00:00Z; default now')
    .option('--json', 'print JSON')
    .action(async (options: ExplainOptions) => {
      const { tool, ip } = options;
      const name = callerIn(options);
      const args = argumentsIn(options.args);
      const at = options.at === undefined ? kit.machine.now() : timeOf(options.at);
      await inHouse({ kit, store: 'own' }, async house => {
        const trial = await attempt(house, { caller: await findCaller(house, name), tool, args, ip, at });
        const json = explain({ house, trial, at });
        kit.print({ json, text: explanationText(json) }, options);
      });
    });
}

function registerTest(policy: Command, kit: CommandKit): void {
  policy
    .command('test <file>')
    .description('Hold a config against a file of expected verdicts; exit code 1 where one is another')
    .option('--scratch', 'on a new store, as the plugins fill it, which is gone afterwards')
    .option('--json', 'print JSON')
    .action(async (given: string, options: { scratch?: boolean; json?: boolean }) => {
      const cases = await readCases(resolve(kit.machine.folder, given));
      await inHouse({ kit, store: options.scratch ? 'scratch' : 'own' }, async house => {
        const results = await runCases(house, cases);
        const failed = results.filter(({ faults }) => faults.length > 0).length;
        kit.print({ json: { cases: results.length, failed, results }, text: resultsText(results) }, options);
        if (failed > 0) kit.setExitCode(1);
      });
    });
}

function registerDiff(policy: Command, kit: CommandKit): void {
  policy
    .command('diff <old> <new>')
    .description('Who gains and who loses what from one config to another')
    .option(
      '--user <login>',
      'also what these users gain and lose, by the store of the new config; repeatable',
      repeated,
    )
    .option('--exit-code', 'exit code 1 where there is a difference')
    .option('--json', 'print JSON')
    .action(async (older: string, newer: string, options: DiffOptions) => {
      const differences = await comparePolicies({
        kit,
        before: resolve(kit.machine.folder, older),
        after: resolve(kit.machine.folder, newer),
        logins: options.user ?? [],
      });
      kit.print({ json: { differences }, text: differencesText(differences) }, options);
      if (options.exitCode && differences.length > 0) kit.setExitCode(1);
    });
}

async function inHouse(options: TrialHouseOptions, run: (house: TrialHouse) => Promise<void>): Promise<void> {
  const house = await openTrialHouse(options);
  try {
    await run(house);
  } finally {
    await house.close();
  }
}

function callerIn({ key, user }: ExplainOptions): CallerName {
  if (key !== undefined && user === undefined) return { key };
  if (user !== undefined && key === undefined) return { user };
  throw cliErrors.TRIAL_INVALID({ message: 'Say whose call it is: --key or --user, one of them.' });
}

function argumentsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const args: unknown = JSON.parse(text);
    if (isObject(args)) return args;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  throw cliErrors.TRIAL_INVALID({ message: '--args: expected a JSON object such as {"model":"crm.partner"}.' });
}
