import { kernelErrors } from '../errors.ts';
import { all, always, type Condition } from '../store/condition.ts';
import type { AccessLayer, FieldAccess, ModelAccess } from './access-policy.ts';
import { operationsLeft } from './collection.ts';
import type { Field } from './field.ts';
import { isShown } from './is-shown.ts';
import type { Mask } from './mask.ts';
import { type AccessInput, allowedOperations, fieldOpinions } from './opinions.ts';
import { type Operation, operations } from './principal.ts';
import type { RegisteredModel } from './registry.ts';
import { systemFields } from './system-fields.ts';

/** What every layer, the fields' own groups and the credential's limits allow on a model; undefined: nothing. */
export function deriveAccess(input: AccessInput): ModelAccess | undefined {
  const { model } = input;
  const allowed = allowedOperations(input);
  if (allowed.size === 0) return undefined;
  const fields = fieldsOf(input, allowed);
  return {
    ...shownFields(model, fields),
    model: model.definition,
    registered: model,
    operations: allowed,
    fields,
    rule: rulesOf(input),
  };
}

/**
 * The rules of all operations, combined here and now: a call that goes on while the policies change must not join what
 * was allowed before to the rules of afterwards. Those that cannot be read refuse when they are asked for.
 */
function rulesOf(input: AccessInput): ModelAccess['rule'] {
  const rules = Object.fromEntries(operations.map(operation => [operation, combinedRule(input, operation)])) as Record<
    Operation,
    () => Condition
  >;
  return operation => rules[operation]();
}

function combinedRule(input: AccessInput, operation: Operation): () => Condition {
  try {
    const rule = all(...input.layers.map(layer => ruleOf(input, layer, operation)));
    return () => rule;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}

/** A rule that cannot be read is the operator's mistake, and not for the caller to see. */
function ruleOf({ principal, model }: AccessInput, layer: AccessLayer, operation: Operation): Condition {
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
    operations: operationsLeft(model.definition) ?? new Set(operations),
    fields,
    rule: () => always,
  };
}

function shownFields(
  model: RegisteredModel,
  fields: ReadonlyMap<string, FieldAccess>,
): Pick<ModelAccess, 'titleField' | 'shownTitle' | 'briefFields' | 'fullFields'> {
  const fullFields = [...model.fields].filter(
    ([name, field]) => isShown(fields.get(name)) && field.kind !== 'one2many' && name !== 'id' && name !== 'version',
  );
  const { titleField } = model;
  const title = titleField === undefined ? undefined : fields.get(titleField);
  return {
    titleField: title?.read ? titleField : undefined,
    shownTitle: titleField !== undefined && isShown(title) ? { field: titleField, mask: title?.mask } : undefined,
    briefFields: fullFields.filter(([, field]) => field.kind !== 'json' && field.kind !== 'text'),
    fullFields,
  };
}

function fieldsOf(input: AccessInput, allowed: ReadonlySet<Operation>): ReadonlyMap<string, FieldAccess> {
  const canRead = allowed.has('read');
  const canWrite = allowed.has('write') || allowed.has('create');
  const fields = new Map<string, FieldAccess>();
  for (const [name, field] of input.model.fields) {
    if (name === 'id' || name === 'version') {
      fields.set(name, { read: true, write: false });
      continue;
    }
    const access = allowedAccess(input, name, field);
    const read = canRead && access.read;
    const write = canWrite && access.write;
    const mask = canRead ? access.mask : undefined;
    if (read || write || mask) fields.set(name, { read, write, ...(mask && { mask }) });
  }
  return fields;
}

/** What everything with a say allows: one that hides is enough, and so is one that masks what the others show. */
function allowedAccess(input: AccessInput, name: string, field: Field): FieldAccess {
  let write = true;
  let isHidden = false;
  const veiling = new Set<Mask>();
  for (const { access } of fieldOpinions(input, name, field)) {
    write &&= access.write;
    if (access.mask) veiling.add(access.mask);
    else isHidden ||= !access.read;
    if (isHidden && !write) break;
  }
  // A reference leads to a record, whatever is shown of it: there is no masking one.
  const [mask, other] = veiling;
  if (isHidden || (mask && 'to' in field)) return { read: false, write };
  return mask ? { read: false, write, mask: other ? 'all' : mask } : { read: true, write };
}

function isDerived(field: Field): boolean {
  return field.kind === 'computed' || field.kind === 'one2many';
}
