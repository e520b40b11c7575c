import { kernelErrors } from '../errors.ts';
import { all, always, type Condition } from '../store/condition.ts';
import type { AccessLayer, FieldAccess, ModelAccess } from './access-policy.ts';
import type { Field } from './field.ts';
import { type Operation, operations, type Principal } from './principal.ts';
import type { RegisteredModel, Registry } from './registry.ts';
import { systemFields } from './system-fields.ts';

interface DeriveInput {
  readonly principal: Principal;
  readonly model: RegisteredModel;
  readonly registry: Registry;
  readonly layers: readonly AccessLayer[];
}

const none: FieldAccess = { read: false, write: false };

/** What every layer, the fields' own groups and the credential's limits allow on a model; undefined: nothing. */
export function deriveAccess(input: DeriveInput): ModelAccess | undefined {
  const { model, layers } = input;
  const allowed = operationsOf(input);
  if (allowed.size === 0) return undefined;
  const fields = fieldsOf(input, allowed);
  const rules = new Map<Operation, Condition>();
  const combine = (operation: Operation): Condition => all(...layers.map(layer => ruleOf(input, layer, operation)));
  return {
    ...shownFields(model, fields),
    model: model.definition,
    registered: model,
    operations: allowed,
    fields,
    rule: operation => {
      const rule = rules.get(operation) ?? combine(operation);
      rules.set(operation, rule);
      return rule;
    },
  };
}

/** A rule that cannot be read is the operator's mistake, and not for the caller to see. */
function ruleOf({ principal, model }: DeriveInput, layer: AccessLayer, operation: Operation): Condition {
  try {
    return layer.rule?.({ principal, model: model.definition, operation }) ?? always;
  } catch (cause) {
    throw kernelErrors.INTERNAL({ detail: `${layer.name}: the rules of ${model.name} cannot be read`, cause });
  }
}

/** Everything; only what the server keeps or derives by itself cannot be written even so. */
export function systemAccess(model: RegisteredModel): ModelAccess {
  const fields = new Map<string, FieldAccess>();
  for (const [name, field] of model.fields) {
    fields.set(name, { read: true, write: !systemFields.has(name) && !isDerived(field) });
  }
  return {
    ...shownFields(model, fields),
    model: model.definition,
    registered: model,
    operations: new Set(operations),
    fields,
    rule: () => always,
  };
}

function shownFields(
  model: RegisteredModel,
  fields: ReadonlyMap<string, FieldAccess>,
): Pick<ModelAccess, 'titleField' | 'briefFields' | 'fullFields'> {
  const fullFields = [...model.fields].filter(
    ([name, field]) => fields.get(name)?.read && field.kind !== 'one2many' && name !== 'id' && name !== 'version',
  );
  return {
    titleField: model.titleField !== undefined && fields.get(model.titleField)?.read ? model.titleField : undefined,
    briefFields: fullFields.filter(([, field]) => field.kind !== 'json' && field.kind !== 'text'),
    fullFields,
  };
}

function operationsOf({ principal, model, layers }: Omit<DeriveInput, 'registry'>): ReadonlySet<Operation> {
  const { definition } = model;
  const { credential } = principal;
  if (credential.models && !credential.models.has(model.name)) return new Set();
  const opinions = layers.flatMap(layer => layer.operations?.({ principal, model: definition }) ?? []);
  if (opinions.length === 0) return new Set();
  return new Set(
    operations.filter(
      operation =>
        credential.scopes.has(operation) &&
        !(definition.protected && operation !== 'read') &&
        opinions.every(opinion => opinion.has(operation)),
    ),
  );
}

function fieldsOf(input: DeriveInput, allowed: ReadonlySet<Operation>): ReadonlyMap<string, FieldAccess> {
  const canRead = allowed.has('read');
  const canWrite = allowed.has('write') || allowed.has('create');
  const fields = new Map<string, FieldAccess>();
  for (const [name, field] of input.model.fields) {
    if (name === 'id' || name === 'version') {
      fields.set(name, { read: true, write: false });
      continue;
    }
    const access = accessOf(input, name, field);
    const read = canRead && access.read;
    const write = canWrite && access.write && !field.readonly && !isDerived(field) && !systemFields.has(name);
    if (read || write) fields.set(name, { read, write });
  }
  return fields;
}

/** Layers, groups and credential on one field, and for fields that show others, on those. */
function accessOf(input: DeriveInput, name: string, field: Field): FieldAccess {
  const own = ownAccess(input, name, field);
  if (!own.read && !own.write) return none;
  if (field.kind === 'computed') {
    const { fields } = input.model;
    const isShown = field.from.every(source => {
      const origin = fields.get(source);
      return source === 'id' || source === 'version' || (origin && ownAccess(input, source, origin).read);
    });
    return isShown ? own : none;
  }
  if (field.kind !== 'many2one' && field.kind !== 'many2many' && field.kind !== 'one2many') return own;
  const target = input.registry.get(field.to);
  if (!target || !operationsOf({ ...input, model: target }).has('read')) return none;
  if (field.kind !== 'one2many') return own;
  // Its records are those that name this one in the inverse, so it tells what the inverse holds.
  const inverse = target.fields.get(field.inverse);
  return inverse && ownAccess({ ...input, model: target }, field.inverse, inverse).read ? own : none;
}

function ownAccess({ principal, model, layers }: DeriveInput, name: string, field: Field): FieldAccess {
  const limit = principal.credential.fields?.get(model.name);
  if (field.sealed || (limit && !limit.has(name))) return none;
  if (field.groups && !field.groups.some(group => principal.groups.has(group))) return none;
  let read = true;
  let write = true;
  for (const layer of layers) {
    const opinion = layer.field?.({ principal, model: model.definition, name, field });
    if (!opinion) continue;
    read &&= opinion.read;
    write &&= opinion.write;
  }
  return { read, write };
}

function isDerived(field: Field): boolean {
  return field.kind === 'computed' || field.kind === 'one2many';
}
