import type { AccessLayer, FieldAccess } from './access-policy.ts';
import { operationsLeft } from './collection.ts';
import type { ModelDefinition } from './define-model.ts';
import type { Field } from './field.ts';
import { type Operation, operations, type Principal } from './principal.ts';
import type { RegisteredModel, Registry } from './registry.ts';
import { systemFields } from './system-fields.ts';

/** One model and whoever wants to do something with it. */
export interface AccessInput {
  readonly principal: Principal;
  readonly model: RegisteredModel;
  readonly registry: Registry;
  readonly layers: readonly AccessLayer[];
}

/** Whoever has a say, as it is named to people; `layer` where it is one. */
interface Voice {
  readonly by: string;
  readonly layer?: AccessLayer;
}

export interface OperationsOpinion extends Voice {
  readonly operations: ReadonlySet<Operation>;
}

export interface FieldOpinion extends Voice {
  readonly access: FieldAccess;
  /** The field that it is about, where that is another one: what a field shows of others. */
  readonly of?: { readonly model: ModelDefinition; readonly name: string; readonly field: Field };
}

const every: ReadonlySet<Operation> = new Set(operations);
const readOnly: ReadonlySet<Operation> = new Set(['read']);
const none: ReadonlySet<Operation> = new Set();
const full: FieldAccess = { read: true, write: true };
const unwritable: FieldAccess = { read: true, write: false };
const nothing: FieldAccess = { read: false, write: false };

/** Everything that has a say on what may be done with a model. What all of them allow is allowed. */
export function* operationsOpinions({ principal, model, layers }: AccessInput): Iterable<OperationsOpinion> {
  const { credential } = principal;
  if (credential.models) {
    yield { by: "the credential's models", operations: credential.models.has(model.name) ? every : none };
  }
  yield { by: "the credential's scopes", operations: credential.scopes };
  const left = operationsLeft(model.definition);
  if (left) yield { by: "the model's collection, which is others'", operations: left };
  if (model.definition.protected) yield { by: 'the model, which only the server writes', operations: readOnly };
  let isSilent = true;
  for (const layer of layers) {
    const allowed = layer.operations?.({ principal, model: model.definition });
    if (!allowed) continue;
    isSilent = false;
    yield { by: layer.name, layer, operations: allowed };
  }
  if (isSilent) yield { by: 'no plugin, so nothing is allowed', operations: none };
}

/** The operations that everything with a say allows. */
export function allowedOperations(input: AccessInput): ReadonlySet<Operation> {
  const allowed = new Set(operations);
  for (const opinion of operationsOpinions(input)) {
    for (const operation of allowed) if (!opinion.operations.has(operation)) allowed.delete(operation);
    if (allowed.size === 0) break;
  }
  return allowed;
}

/** Everything that has a say on one field, and on what it shows of others. What all of them allow is allowed. */
export function* fieldOpinions(input: AccessInput, name: string, field: Field): Iterable<FieldOpinion> {
  if (name === 'id' || name === 'version') {
    yield { by: 'the server, which keeps it', access: unwritable };
    return;
  }
  yield* ownOpinions(input, name, field);
  if (field.readonly || systemFields.has(name)) yield { by: 'the field, which is read-only', access: unwritable };
  if (field.kind === 'computed') yield* sourceOpinions(input, field.from);
  if (!('to' in field)) return;
  const model = input.registry.get(field.to);
  if (!model || !allowedOperations({ ...input, model }).has('read')) {
    yield { by: `${field.to}, which may not be read`, access: nothing };
  } else if (field.kind === 'one2many') {
    yield { by: 'the field, which is derived', access: unwritable };
    // Its records are those that name this one in the inverse, so it tells what the inverse holds.
    const inverse = model.fields.get(field.inverse);
    if (inverse) yield* shown({ ...input, model }, field.inverse, inverse);
  }
}

/** The credential, the field itself and the layers. */
function* ownOpinions(input: AccessInput, name: string, field: Field): Iterable<FieldOpinion> {
  const { principal, model, layers } = input;
  const limit = principal.credential.fields?.get(model.name);
  if (field.sealed) yield { by: 'the field, which only the server uses', access: nothing };
  if (limit) yield { by: "the credential's fields", access: limit.has(name) ? full : nothing };
  if (field.groups) {
    const isMember = field.groups.some(group => principal.groups.has(group));
    yield { by: `the field, which is for ${field.groups.join(', ')}`, access: isMember ? full : nothing };
  }
  for (const layer of layers) {
    const access = layer.field?.({ principal, model: model.definition, name, field });
    if (access) yield { by: layer.name, layer, access };
  }
}

/** A computed field shows what it is made from. */
function* sourceOpinions(input: AccessInput, from: readonly string[]): Iterable<FieldOpinion> {
  yield { by: 'the field, which is computed', access: unwritable };
  for (const name of from) {
    const field = input.model.fields.get(name);
    if (field && name !== 'id' && name !== 'version') yield* shown(input, name, field);
  }
}

/** Whatever is said about a field that another one shows: who may not read it may do nothing with the other. */
function* shown(input: AccessInput, name: string, field: Field): Iterable<FieldOpinion> {
  const of = { model: input.model.definition, name, field };
  for (const opinion of ownOpinions(input, name, field)) {
    yield { ...opinion, of, access: opinion.access.read ? full : nothing };
  }
}
