import { collectionFaults } from './check-collection.ts';
import { isOrderable, splitOrder } from './order.ts';
import type { RegisteredModel, ReportFault } from './registry.ts';

const modelName = /^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/;
const pageAddress = /^(https?:\/\/|\/(?!\/))/;

interface ModelCheck {
  readonly model: RegisteredModel;
  readonly report: ReportFault;
}

/** What is wrong with a model as a whole: its name, `title`, `order`, `parent`, `url`, indexes. */
export function checkModel({ model, report }: ModelCheck): void {
  const { definition } = model;
  const fault = (message: string, part: string): void =>
    report({ message, site: definition.definedAt, path: [model.name, part] });

  if (!modelName.test(model.name) || model.name.length > 64) {
    fault(`The model name ${model.name} is not lower case with two or more parts, such as crm.partner.`, 'name');
  }
  for (const part of ['label', 'description'] as const) {
    if (typeof definition[part] !== 'string' || definition[part].trim() === '') {
      fault(`The model ${model.name} needs a ${part}.`, part);
    }
  }
  if (definition.url !== undefined && !(pageAddress.test(definition.url) && definition.url.includes('{id}'))) {
    fault(`The url of ${model.name} must begin with https://, http:// or / and contain {id}.`, 'url');
  }
  checkTitle(model, fault);
  checkParent(model, fault);
  checkOrder(model, fault);
  checkIndexes(model, fault);
  for (const message of collectionFaults(model)) fault(`The model ${model.name} ${message}.`, 'collection');
}

type Fault = (message: string, part: string) => void;

function checkTitle(model: RegisteredModel, fault: Fault): void {
  const name = model.titleField;
  if (name === undefined) return;
  const kind = model.fields.get(name)?.kind;
  if (!kind) fault(`The title of ${model.name} is the field ${name}, which does not exist.`, 'title');
  else if (kind !== 'char' && kind !== 'text' && kind !== 'selection') {
    fault(`The title of ${model.name} is the field ${name}, which is ${kind} and not text.`, 'title');
  }
}

function checkParent(model: RegisteredModel, fault: Fault): void {
  const name = model.parentField;
  if (name === undefined) return;
  const field = model.fields.get(name);
  if (field?.kind === 'many2one' && field.to === model.name) return;
  fault(`The parent of ${model.name} is ${name}, which is not a many2one to ${model.name}.`, 'parent');
}

function checkOrder(model: RegisteredModel, fault: Fault): void {
  if (model.definition.order === undefined) return;
  for (const { term, by } of splitOrder(model.definition.order)) {
    const field = by && model.fields.get(by.field);
    if (!by) fault(`The order of ${model.name} has the part "${term}"; expected a field, and asc or desc.`, 'order');
    else if (!field) fault(`The order of ${model.name} names the field ${by.field}, which does not exist.`, 'order');
    else if (!isOrderable(field)) fault(`${model.name} cannot be ordered by ${by.field} (${field.kind}).`, 'order');
  }
}

function checkIndexes(model: RegisteredModel, fault: Fault): void {
  const stored = new Set(model.stored.fields.filter(field => !field.relation?.inverse).map(field => field.name));
  for (const index of model.definition.indexes ?? []) {
    if (index.length === 0) fault(`${model.name} has an index over no field.`, 'indexes');
    for (const name of index) {
      if (stored.has(name) || name === 'id' || name === 'version') continue;
      fault(`${model.name} has an index over ${name}, which is not a stored field.`, 'indexes');
    }
  }
}
