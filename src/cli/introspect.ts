import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { storeLocation } from '../config/store-location.ts';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { indexText, modelText } from './introspect/model-text.ts';
import { type SuggestedModel, type Suggestions, suggestModels } from './introspect/suggest-model.ts';
import { listed, wholeNumber } from './option-values.ts';
import { table } from './print.ts';

interface IntrospectOptions {
  readonly uri?: string;
  readonly database?: string;
  readonly collections?: readonly string[];
  readonly sample: number;
  readonly out: string;
  readonly prefix?: string;
  readonly writable?: boolean;
  readonly selections: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const help = `
Nothing is written to the database. The files hold names and kinds, and no values but the codes of selections
(--no-selections leaves these out, too). Everything is a guess from a sample: look the files through, then add them to
\`models\` in the config and say in \`policies\` who may do what. gatehouse doctor tells what does not fit.`;

/** `introspect`: models for the collections of a MongoDB database. */
export function registerIntrospect(program: Command, kit: CommandKit): void {
  program
    .command('introspect')
    .description('Write model files for the collections of a MongoDB database')
    .requiredOption('--out <folder>', 'where the files go')
    .option('--uri <uri>', 'mongodb://…; default the store of the config')
    .option('--database <name>', 'default the one of the URI')
    .option('--collections <names>', 'only these, separated by commas', listed)
    .option(
      '--sample <number>',
      'documents to look at in each collection, 1 to 100000',
      wholeNumber({ most: 100_000 }),
      1000,
    )
    .option('--prefix <name>', 'first part of the models’ names; default the name of the database')
    .option('--writable', 'models whose records can be changed, where policies allow it; default only read')
    .option('--no-selections', 'no field becomes a selection of the codes found')
    .option('--force', 'overwrite files that are there')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (options: IntrospectOptions) => {
      const { suggestions, missing } = await introspect(kit, options);
      const folder = resolve(kit.machine.folder, options.out);
      const files = await writeFiles({ folder, suggestions, options });
      const json = {
        folder,
        files,
        models: suggestions.models.map(described),
        skipped: suggestions.skipped.map(skip => ({ ...skip })),
        missing,
      };
      kit.print({ json, text: summary({ suggestions, missing, folder, files }) }, options);
    });
}

async function introspect(
  kit: CommandKit,
  { uri, database, collections, sample, prefix, selections }: IntrospectOptions,
): Promise<{ suggestions: Suggestions; missing: string[] }> {
  const location = uri ?? storeLocation({ config: (await kit.config()).config, env: kit.machine.env });
  if (!/^mongodb(\+srv)?:\/\//.test(location)) {
    throw cliErrors.INTROSPECTION_INVALID({ message: 'There is no MongoDB to look at: name one with --uri.' });
  }
  const { surveyDatabase } = await import('../store/mongo/survey/survey-database.ts');
  let progress: ReturnType<CommandKit['terminal']['progress']> | undefined;
  const onCollection = (done: number, total: number): void => {
    progress ??= kit.terminal.progress('Looking at collections', total);
    progress.step(done);
  };
  const survey = await surveyDatabase({ uri: location, database, collections, sample, onCollection });
  progress?.end();
  const suggestions = suggestModels({ surveys: survey.collections, prefix, withSelections: selections });
  if (suggestions.models.length > 0) return { suggestions, missing: survey.missing };
  const reasons = [
    ...survey.missing.map(name => `${name}: there is no such collection.`),
    ...suggestions.skipped.map(({ collection, reason }) => `${collection}: ${reason}`),
  ];
  throw cliErrors.INTROSPECTION_INVALID({
    message: `There is nothing to make a model of. ${reasons.join(' ')}`.trim(),
  });
}

async function writeFiles(input: {
  folder: string;
  suggestions: Suggestions;
  options: IntrospectOptions;
}): Promise<string[]> {
  const { folder, suggestions, options } = input;
  const { models } = suggestions;
  const modelOf = new Map(models.map(({ survey, name }) => [survey.name, name]));
  const texts = new Map(
    models.map(model => [fileOf(model), modelText({ model, modelOf, isReadonly: !options.writable })]),
  );
  texts.set('index.ts', indexText(models, fileOf));
  const existing = [...texts.keys()].filter(file => existsSync(join(folder, file)));
  if (existing.length > 0 && !options.force) {
    throw cliErrors.FILE_EXISTS({
      message: `Nothing was written: ${folder} has ${existing.join(', ')} already. --force overwrites them.`,
    });
  }
  await mkdir(folder, { recursive: true });
  // Without --force it fails where a file has appeared since.
  const flag = options.force ? 'w' : 'wx';
  for (const [file, text] of texts) await writeFile(join(folder, file), text, { flag });
  return [...texts.keys()];
}

/** No model has this name: it has a dot. */
function fileOf({ name }: SuggestedModel): string {
  return `${name}.ts`;
}

function described({ name, survey, fields, notes }: SuggestedModel) {
  return {
    model: name,
    collection: survey.name,
    documents: survey.documents,
    sampled: survey.sampled,
    fields: fields.map(field => ({
      name: field.name,
      path: field.path,
      kind: field.kind,
      ...(field.classify && { classify: field.classify }),
    })),
    notes: [...notes],
  };
}

function summary(input: {
  suggestions: Suggestions;
  missing: readonly string[];
  folder: string;
  files: readonly string[];
}): string {
  const { suggestions, missing, folder, files } = input;
  const rows = suggestions.models.map(({ name, survey, fields }) => [
    survey.name,
    name,
    `${survey.sampled} of ${survey.documents}`,
    String(fields.length),
    String(fields.filter(({ classify }) => classify).length),
  ]);
  const unsure = suggestions.models.flatMap(({ survey, notes }) => notes.map(note => [survey.name, note]));
  const left = [
    ...suggestions.skipped.map(({ collection, reason }) => [collection, reason]),
    ...missing.map(name => [name, 'There is no such collection.']),
  ];
  return [
    table(['COLLECTION', 'MODEL', 'SAMPLED', 'FIELDS', 'CLASSIFIED'], rows),
    ...(unsure.length > 0 ? ['', table(['NOT SURE ABOUT', ''], unsure)] : []),
    ...(left.length > 0 ? ['', table(['LEFT OUT', ''], left)] : []),
    '',
    `Written to ${folder}: ${files.join(', ')}.`,
    'Next: look them through, add them to models and policies in the config, then gatehouse doctor.',
  ].join('\n');
}
