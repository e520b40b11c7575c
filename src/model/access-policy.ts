import type { Condition } from '../store/condition.ts';
import type { ModelDefinition } from './define-model.ts';
import type { AccessExplanation } from './explain-access.ts';
import type { Field } from './field.ts';
import type { Mask } from './mask.ts';
import type { Operation, Principal } from './principal.ts';
import type { RegisteredModel } from './registry.ts';

/** What one principal may do with one field. A field without one is not there for the principal. */
export interface FieldAccess {
  /** Its values are shown, and may be searched, ordered and grouped by. */
  readonly read: boolean;
  readonly write: boolean;
  /** It may not be read, but this is shown of it in results. Left out: nothing is. */
  readonly mask?: Mask;
}

/** What names a record to people. */
export interface ShownTitle {
  readonly field: string;
  readonly mask: Mask | undefined;
}

/** What one principal may do with one model. Only models with at least one operation have one. */
export interface ModelAccess {
  readonly model: ModelDefinition;
  readonly registered: RegisteredModel;
  readonly operations: ReadonlySet<Operation>;
  /** The fields that the principal knows of (read, masked or write), `id` and `version` always among them. */
  readonly fields: ReadonlyMap<string, FieldAccess>;
  /** The model's title field, where the principal may read it. */
  readonly titleField: string | undefined;
  /** The same, and also where it is shown masked. */
  readonly shownTitle: ShownTitle | undefined;
  /** What a search shows when no fields are named: the readable and masked ones but json, text, one2many, `id` and `version`. */
  readonly briefFields: readonly (readonly [name: string, field: Field])[];
  /** What a read shows when no fields are named: the readable and masked ones but one2many, `id` and `version`. */
  readonly fullFields: readonly (readonly [name: string, field: Field])[];
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
  /** Has an opinion on fields: to show, to mask (`read` false, with a `mask`) or to hide. Left out: all are allowed. */
  field?(input: { principal: Principal; model: ModelDefinition; name: string; field: Field }): FieldAccess;
  /** A record rule: all layers' rules must hold. */
  rule?(input: { principal: Principal; model: ModelDefinition; operation: Operation }): Condition;
  /** The entries behind its opinion, for `policy explain`; those that are for others, too. */
  explain?(question: AccessQuestion): readonly PolicyEntry[];
}

/** What a layer is asked about: an operation, which records it is limited to, or a field. */
export type AccessQuestion = { readonly principal: Principal; readonly model: ModelDefinition } & (
  | { readonly kind: 'operation' | 'records'; readonly operation: Operation }
  | { readonly kind: 'field'; readonly name: string; readonly field: Field }
);

/** An entry of the config, of a plugin or of the store that takes part in a decision. */
export interface PolicyEntry {
  readonly origin: PolicyOrigin;
  /** Of a record rule. */
  readonly name?: string;
  /** Whom it is for. */
  readonly groups: readonly string[] | 'everyone';
  /** Groups that it leaves out. */
  readonly except?: readonly string[];
  /** The caller is among those whom it is for. */
  readonly applies: boolean;
}

/** Where an entry is: the object itself as the config or a plugin has it, or a stored record. */
export type PolicyOrigin = { readonly entry: object } | { readonly model: string; readonly id: string };

/** Who may do what with which model, field and record: the one answer for listing, checking and executing. */
export interface AccessPolicy {
  /** undefined: for this principal the model does not exist. */
  of(principal: Principal, model: string): ModelAccess | undefined;
  /** Every model that exists for the principal, by name. */
  models(principal: Principal): readonly ModelAccess[];
  /** The reasons, for `policy explain`; undefined: there is no such model. */
  explain(principal: Principal, model: string): AccessExplanation | undefined;
  /** Forgets what was derived; called when users, groups or policies have changed. */
  invalidate(): void;
}
