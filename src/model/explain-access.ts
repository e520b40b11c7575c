import { always, type Condition } from '../store/condition.ts';
import type { AccessLayer, AccessQuestion, PolicyEntry } from './access-policy.ts';
import { deriveAccess } from './derive-access.ts';
import type { Mask } from './mask.ts';
import { type AccessInput, allowedOperations, fieldOpinions, operationsOpinions } from './opinions.ts';
import type { Operation } from './principal.ts';

/** One that has a say, what it says, and by which entries. */
export interface Opinion {
  /** Such as `group access` or `the credential's scopes`. */
  readonly by: string;
  readonly allows: boolean;
  /** What the policies have on it, for the caller and for others. Empty where it needs none to decide. */
  readonly entries: readonly PolicyEntry[];
}

/** Why an operation on a model is allowed or not. */
export interface OperationExplanation {
  readonly allowed: boolean;
  readonly opinions: readonly Opinion[];
}

/** Which records an operation is limited to, by one layer. */
export interface RecordsExplanation {
  readonly by: string;
  readonly condition: Condition;
  readonly entries: readonly PolicyEntry[];
}

/** A field that may not be read, and who says so. */
export interface HiddenField {
  readonly name: string;
  /** What is shown of it all the same; undefined: nothing. */
  readonly mask: Mask | undefined;
  readonly opinions: readonly Opinion[];
}

/** What stands behind a `ModelAccess`: asked for by people, never while a call is decided. */
export interface AccessExplanation {
  operation(operation: Operation): OperationExplanation;
  records(operation: Operation): readonly RecordsExplanation[];
  /** Fields of the model that may not be read, masked ones too, with everyone who is against it. */
  hiddenFields(): readonly HiddenField[];
}

/** Asks everyone who has a say on a model once more, and for their reasons. */
export function explainAccess(input: AccessInput): AccessExplanation {
  const { principal, layers } = input;
  const about = { principal, model: input.model.definition };
  return {
    operation(operation) {
      const question: AccessQuestion = { ...about, kind: 'operation', operation };
      return {
        allowed: allowedOperations(input).has(operation),
        opinions: Array.from(operationsOpinions(input), ({ by, layer, operations }) => ({
          by,
          allows: operations.has(operation),
          entries: entriesOf(layer, question),
        })),
      };
    },
    records: operation =>
      layers.flatMap(layer => {
        const condition = layer.rule?.({ ...about, operation }) ?? always;
        const entries = entriesOf(layer, { ...about, kind: 'records', operation });
        return layer.rule ? [{ by: layer.name, condition, entries }] : [];
      }),
    hiddenFields() {
      const access = deriveAccess(input);
      return [...input.model.fields].flatMap(([name, field]) => {
        const against = Array.from(fieldOpinions(input, name, field)).filter(({ access }) => !access.read);
        const opinions = against.map(({ by, layer, of }): Opinion => {
          const entries = entriesOf(layer, { ...about, name, field, ...of, kind: 'field' });
          return { by: of ? `${by} (on ${of.model.name}.${of.name}, which it shows)` : by, allows: false, entries };
        });
        return opinions.length > 0 ? [{ name, mask: access?.fields.get(name)?.mask, opinions }] : [];
      });
    },
  };
}

function entriesOf(layer: AccessLayer | undefined, question: AccessQuestion): readonly PolicyEntry[] {
  return layer?.explain?.(question) ?? [];
}
