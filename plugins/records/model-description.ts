import {
  type CallContext,
  type Field,
  type Mask,
  type ModelAccess,
  modelNotAvailable,
  type Operation,
  operations,
} from '../../src/index.ts';
import { fieldLabel } from './field-label.ts';
import { operatorsOf } from './operators.ts';

/** One field as a caller knows it. */
export interface FieldDescription {
  readonly name: string;
  readonly kind: Field['kind'];
  readonly label: string;
  readonly help?: string;
  readonly required: boolean;
  /** The caller can set it. */
  readonly writable: boolean;
  /** The caller can read it; where not, it is shown masked, or can only be written. */
  readonly readable: boolean;
  /** What results show of it instead. */
  readonly masked?: Mask;
  readonly unique?: true;
  readonly searchable?: true;
  readonly maxLength?: number;
  readonly currency?: string;
  readonly decimals?: number;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** The model on the other side. */
  readonly relation?: string;
  readonly classification?: string;
  /** Operators of a domain that fit it. */
  readonly operators: readonly string[];
}

/** A model as a caller knows it: nothing in it that the caller could not use. */
export interface ModelDescription {
  readonly model: string;
  readonly label: string;
  readonly description: string;
  readonly operations: readonly Operation[];
  readonly titleField?: string;
  readonly fields: readonly FieldDescription[];
}

/** MODEL_NOT_AVAILABLE where the model does not exist for the caller. */
export function describeModel(model: string, { policy, principal }: CallContext): ModelDescription {
  const access = policy.of(principal, model);
  if (!access) throw modelNotAvailable(model);
  return {
    model: access.model.name,
    label: access.model.label,
    description: access.model.description,
    operations: operations.filter(operation => access.operations.has(operation)),
    ...(access.titleField !== undefined && { titleField: access.titleField }),
    fields: Array.from(access.fields, ([name, { read, write, mask }]) => {
      const field = access.registered.fields.get(name);
      if (!field) return [];
      const target = 'to' in field ? policy.of(principal, field.to) : undefined;
      return [describeField({ name, field, readable: read, writable: write, masked: mask, access, target })];
    }).flat(),
  };
}

interface FieldInput {
  readonly name: string;
  readonly field: Field;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly masked: Mask | undefined;
  readonly access: ModelAccess;
  /** The model on the other side, where the caller knows it. */
  readonly target: ModelAccess | undefined;
}

function describeField({ name, field, readable, writable, masked, access, target }: FieldInput): FieldDescription {
  return {
    name,
    kind: field.kind,
    label: fieldLabel(name, field),
    ...(field.help !== undefined && { help: field.help }),
    required: field.required ?? false,
    readable,
    writable,
    ...(masked && { masked }),
    ...(field.unique && { unique: true }),
    ...(isText(field) && field.searchable && { searchable: true }),
    ...(isText(field) && field.maxLength !== undefined && { maxLength: field.maxLength }),
    ...(field.kind === 'monetary' && { currency: field.currency, decimals: field.decimals }),
    ...(field.kind === 'selection' && {
      options: Object.entries(field.options).map(([value, label]) => ({ value, label })),
    }),
    ...(target && { relation: target.model.name }),
    ...(field.classify && { classification: field.classify }),
    operators: readable ? operatorsOf({ name, field, access, target }) : [],
  };
}

function isText(field: Field): field is Extract<Field, { kind: 'char' | 'text' }> {
  return field.kind === 'char' || field.kind === 'text';
}
