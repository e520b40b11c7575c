import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { shownPath } from '../../config/config-faults.ts';
import { checkSettings } from '../../config/settings-faults.ts';
import { operations } from '../../model/principal.ts';
import { stageNames } from '../../pipeline/stages.ts';
import { cliErrors } from '../errors.ts';

const names = z.array(z.string().min(1)).readonly();
const limits = {
  scopes: z.array(z.enum(operations)).min(1).readonly().optional(),
  models: names.optional(),
  fields: z.record(z.string(), names).optional(),
};

const caller = z
  .strictObject({ key: z.string().optional(), user: z.string().optional(), groups: names.optional(), ...limits })
  .refine(
    ({ key, user, groups }) => [key, user, groups].filter(given => given !== undefined).length === 1,
    'Expected one of key, user and groups.',
  )
  .refine(
    ({ key, scopes, models, fields }) => key === undefined || !(scopes || models || fields),
    'A key has its own scopes, models and fields.',
  );

const expectation = z
  .strictObject({
    verdict: z.enum(['allowed', 'denied']),
    stage: z.enum(stageNames).optional(),
    code: z.string().optional(),
    records: z.int().min(0).optional(),
    ids: names.optional(),
    visibleFields: names.optional(),
    hiddenFields: names.optional(),
    maskedFields: names.optional(),
  })
  .refine(
    ({ verdict, stage, code }) => verdict === 'denied' || !(stage ?? code),
    'A stage and a code are those of a denial.',
  )
  .refine(
    ({ verdict, records, ids }) => verdict === 'allowed' || (records === undefined && ids === undefined),
    'A denied call reaches no records.',
  );

const caseFile = z.strictObject({
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        as: caller,
        tool: z.string().min(1),
        args: z.record(z.string(), z.unknown()).default({}),
        ip: z.union([z.ipv4(), z.ipv6()]).optional(),
        at: z.iso.datetime({ offset: true }).optional(),
        expect: expectation,
      }),
    )
    .min(1)
    .readonly(),
});

/** A call and what is expected to become of it. */
export type PolicyCase = z.output<typeof caseFile>['cases'][number];

/** Reads a file of expected verdicts. Throws POLICY_CASES_INVALID, naming every fault with its place. */
export async function readCases(file: string): Promise<readonly PolicyCase[]> {
  const checked = checkSettings({ schema: caseFile, value: await readJson(file), path: [] });
  const faults = checked.faults?.map(({ path = [], message }) => `${shownPath(path)}: ${message}`) ?? [];
  const cases = checked.value?.cases ?? [];
  const twins = cases.filter(({ name }, index) => cases.findIndex(other => other.name === name) !== index);
  faults.push(...twins.map(({ name }) => `There are two cases called ${name}.`));
  if (faults.length === 0) return cases;
  throw cliErrors.POLICY_CASES_INVALID({
    message: `${basename(file)} cannot be used:\n${faults.map(fault => `  ${fault}`).join('\n')}`,
    data: { faults },
  });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw cliErrors.POLICY_CASES_INVALID({ message: `${file} is no JSON that can be read: ${why}`, cause: thrown });
  }
}
