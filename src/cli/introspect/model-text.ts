import type { NamedField, SuggestedModel } from './suggest-model.ts';

/** The file of one model. Names from the database stand in it as string literals only. `modelOf`: of a collection. */
export function modelText(input: {
  model: SuggestedModel;
  isReadonly: boolean;
  modelOf: ReadonlyMap<string, string>;
}): string {
  const { model, isReadonly, modelOf } = input;
  const { name, constant, label, title, fields, survey } = model;
  return `import { defineModel, field } from 'gatehouse';

// Written by gatehouse introspect from ${survey.sampled} of about ${survey.documents} documents: a suggestion, to be looked through.
// Nobody may do anything with these records until the policies say so.
export const ${constant} = defineModel({
  name: ${text(name)},
  label: ${text(label)},
  description: ${text(`A document of the collection ${survey.database}.${survey.name}.`)},
${collectionText(model, isReadonly)}${title === undefined || title === 'name' ? '' : `  title: ${text(title)},\n`}  fields: {
${fields.map(each => `    ${each.name}: ${fieldText(each, modelOf)},\n`).join('')}  },
});
`;
}

/** The file that names all of them. */
export function indexText(models: readonly SuggestedModel[], fileOf: (model: SuggestedModel) => string): string {
  const imports = models.map(model => `import { ${model.constant} } from ${text(`./${fileOf(model)}`)};\n`).join('');
  return `${imports}
/** For \`models\` in the config. */
export const models = [${models.map(({ constant }) => constant).join(', ')}];
`;
}

function collectionText({ survey, id, counter, fields, stamps }: SuggestedModel, isReadonly: boolean): string {
  const places = [
    ...fields.flatMap(field => placeText(field) ?? []),
    ...Object.entries(stamps).map(([stamp, path]) => `${stamp}: ${text(path)}`),
  ];
  const lines = [
    `name: ${text(survey.name)}`,
    `database: ${text(survey.database)}`,
    ...(isReadonly ? ['readonly: true'] : []),
    ...(id === 'objectId' ? [] : [`id: ${text(id)}`]),
    ...(counter === undefined ? [] : [`counter: ${text(counter)}`]),
    ...(places.length === 0 ? [] : [`fields: {\n${places.map(place => `      ${place},\n`).join('')}    }`]),
  ];
  return `  collection: {\n${lines.map(line => `    ${line},\n`).join('')}  },\n`;
}

function placeText({ name, path, as }: NamedField): string | undefined {
  if (as !== undefined) return `${name}: { path: ${text(path)}, as: ${text(as)} }`;
  return name === path ? undefined : `${name}: ${text(path)}`;
}

function fieldText(field: NamedField, modelOf: ReadonlyMap<string, string>): string {
  const { kind, to, required, isUnique, isIndexed, classify, options } = field;
  const parts = [
    ...(to === undefined ? [] : [`to: ${text(modelOf.get(to) ?? to)}`]),
    ...(options ? [`options: { ${options.map(code => `${text(code)}: ${text(labelOfCode(code))}`).join(', ')} }`] : []),
    ...(required && kind !== 'boolean' ? ['required: true'] : []),
    ...(isUnique ? ['unique: true'] : []),
    ...(isIndexed && !isUnique && to === undefined ? ['index: true'] : []),
    ...(classify ? [`classify: ${text(classify)}`] : []),
  ];
  return `field.${kind}(${parts.length > 0 ? `{ ${parts.join(', ')} }` : ''})`;
}

function labelOfCode(code: string): string {
  const words = code.replace(/[_-]+/g, ' ');
  return (words[0]?.toUpperCase() ?? '') + words.slice(1);
}

/** A string literal that cannot be left, whatever is in it. */
function text(value: string): string {
  const inner = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}
