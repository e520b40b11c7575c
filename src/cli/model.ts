import type { Command } from 'commander';
import { didYouMean } from '../config/nearest.ts';
import type { Field } from '../model/field.ts';
import type { RegisteredModel } from '../model/registry.ts';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { table } from './print.ts';

/** `model list`, `model show`: what the config and its plugins define. The store is not opened. */
export function registerModel(program: Command, kit: CommandKit): void {
  const model = program.command('model').description('Models: list, look into');

  model
    .command('list')
    .description('All models')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { checked } = await kit.config();
      const models = checked.assembly.registry.all().map(({ name, definition, fields }) => ({
        name,
        label: definition.label,
        description: definition.description,
        fields: fields.size,
      }));
      const rows = models.map(({ name, label, fields, description }) => [name, label, String(fields), description]);
      kit.print({ json: models, text: table(['MODEL', 'LABEL', 'FIELDS', 'DESCRIPTION'], rows) }, options);
    });

  model
    .command('show <name>')
    .description('One model and its fields')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const { checked } = await kit.config();
      const { registry } = checked.assembly;
      const found = registry.get(name);
      if (!found) {
        const known = registry.all().map(existing => existing.name);
        throw cliErrors.MODEL_UNKNOWN({ message: `There is no model ${name}.${didYouMean(name, known)}` });
      }
      const described = describe(found);
      const rows = described.fields.map(field => [field.name, field.kind, field.label, field.notes.join(', ')]);
      const head = `${described.name}  ${described.label}\n${described.description}\n`;
      kit.print({ json: described, text: `${head}\n${table(['FIELD', 'KIND', 'LABEL', 'NOTES'], rows)}` }, options);
    });
}

function describe({ name, definition, fields, titleField }: RegisteredModel) {
  return {
    name,
    label: definition.label,
    description: definition.description,
    titleField: titleField ?? null,
    fields: Array.from(fields, ([fieldName, field]) => ({
      name: fieldName,
      kind: field.kind,
      label: field.label ?? '',
      notes: notesOn(field),
    })),
  };
}

/** What a field's declaration says beyond its kind. */
function notesOn(field: Field): string[] {
  const flags = (['required', 'readonly', 'unique', 'index'] as const).filter(flag => field[flag]);
  return [
    ...('to' in field ? [`to ${field.to}`] : []),
    ...('options' in field ? [`one of ${Object.keys(field.options).join(' | ')}`] : []),
    ...('currency' in field ? [field.currency] : []),
    ...flags,
    ...('searchable' in field && field.searchable ? ['searchable'] : []),
    ...(field.classify ? [field.classify] : []),
    ...(field.mask ? [`masked as ${field.mask}`] : []),
    ...(field.groups ? [`for ${field.groups.join(', ')}`] : []),
  ];
}
