import type { RegisteredModel, Registry, Row } from '../../../src/index.ts';
import type { Subject } from './disclosure.ts';
import { modelsOf } from './entry-json.ts';

/**
 * Whether a path of an entry (`sale.order.partner_id.email`) leads through a relation to the record's model: the record
 * was shown by its title there, or its field decided what was found.
 */
export function relationShows(input: { path: string; entry: Row; subject: Subject; registry: Registry }): boolean {
  const { path, entry, subject, registry } = input;
  // A model's name has dots as well: the entry says which models there are.
  for (const name of modelsOf(entry)) {
    const from = path.startsWith(`${name}.`) ? registry.get(name) : undefined;
    if (from && leadsTo({ from, steps: path.slice(name.length + 1).split('.'), subject, registry })) return true;
  }
  return false;
}

function leadsTo(input: {
  from: RegisteredModel;
  steps: readonly string[];
  subject: Subject;
  registry: Registry;
}): boolean {
  const { from, subject, registry } = input;
  let model = from;
  for (const [index, step] of input.steps.entries()) {
    const field = model.fields.get(step);
    if (!field || !('to' in field)) return false;
    const next = registry.get(field.to);
    if (!next) return false;
    const rest = input.steps.slice(index + 1);
    if (next.name === subject.model.name && isShownBy(rest[0], subject)) return true;
    model = next;
  }
  return false;
}

/** A path that ends at the record shows its title; one that goes on is about the field that it names next. */
function isShownBy(next: string | undefined, { field, model }: Subject): boolean {
  if (field === undefined) return true;
  return next === undefined ? field === model.titleField : next === field;
}

/** The models whose entries may tell of this one: itself, and all from which relations lead to it. */
export function modelsLeadingTo(target: string, registry: Registry): ReadonlySet<string> {
  const found = new Set([target]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const { name, fields } of registry.all()) {
      for (const field of fields.values()) if ('to' in field && found.has(field.to)) found.add(name);
    }
  }
  return found;
}
