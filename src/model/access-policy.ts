import type { Condition } from '../store/condition.ts';
import type { ModelDefinition } from './define-model.ts';
import type { Field } from './field.ts';
import type { Operation, Principal } from './principal.ts';

export interface FieldAccess {
  readonly read: boolean;
  readonly write: boolean;
}

/** What one principal may do with one model. Only models with at least one operation have one. */
export interface ModelAccess {
  readonly model: ModelDefinition;
  readonly operations: ReadonlySet<Operation>;
  /** The fields that the principal knows of (read or write), `id` and `version` always among them. */
  readonly fields: ReadonlyMap<string, FieldAccess>;
  /** What a record must satisfy for this operation, the record rules combined. */
  rule(operation: Operation): Condition;
}

/**
 * One reason to say no. Plugins contribute layers (`scope.access`); a call is allowed what every layer allows. With
 * no layer nothing is.
 */
export interface AccessLayer {
  /** Named when it decides, such as `group access`. */
  readonly name: string;
  /** The operations that this layer allows on the model. Left out: it has no opinion. */
  operations?(input: { principal: Principal; model: ModelDefinition }): ReadonlySet<Operation>;
  /** Has an opinion on fields. Left out: all are allowed. */
  field?(input: { principal: Principal; model: ModelDefinition; name: string; field: Field }): FieldAccess;
  /** A record rule: all layers' rules must hold. */
  rule?(input: { principal: Principal; model: ModelDefinition; operation: Operation }): Condition;
}

/** Who may do what with which model, field and record: the one answer for listing, checking and executing. */
export interface AccessPolicy {
  /** undefined: for this principal the model does not exist. */
  of(principal: Principal, model: string): ModelAccess | undefined;
  /** Every model that exists for the principal, by name. */
  models(principal: Principal): readonly ModelAccess[];
  /** Which layers allow which operations, for `policy explain`. */
  explain(principal: Principal, model: string): readonly { layer: string; operations: ReadonlySet<Operation> }[];
  /** Forgets what was derived; called when users, groups or policies have changed. */
  invalidate(): void;
}
