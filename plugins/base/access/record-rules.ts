import {
  all,
  always,
  any,
  type Condition,
  never,
  type Operation,
  type PolicyEntry,
  type PolicyOrigin,
  type Principal,
} from '../../../src/index.ts';

/** One record rule, from the config or the store. */
export interface RecordRule {
  readonly name: string;
  readonly model: string;
  /** undefined: it binds everyone. */
  readonly group: string | undefined;
  readonly operations: readonly Operation[];
  readonly domain: unknown;
  readonly origin: PolicyOrigin;
  /** Why it cannot be applied. It then closes the model for its operations: a rule that is lost must not open anything. */
  readonly fault?: string;
}

export interface RecordRuleTable {
  /** What a record must satisfy; `never` where a faulty rule has a say. */
  condition(input: { model: string; operation: Operation; principal: Principal }): Condition;
  /** The rules that bind an operation, whomever they are for, for people to read. */
  entries(input: { model: string; operation: Operation; principal: Principal }): PolicyEntry[];
}

interface Bound {
  readonly globals: readonly RecordRule[];
  readonly byGroup: ReadonlyMap<string, readonly RecordRule[]>;
}

/**
 * All global rules, and one of the caller's groups' rules. A model that has rules for groups, but none for those of the
 * caller, has no record for them: nobody gets more by being in fewer groups.
 *
 * `rulesOf` is asked once for each model. `read` makes a condition of a domain, with the caller's values in the place of
 * placeholders, and throws where it cannot; `onFault` is told of that.
 */
export function createRecordRuleTable(parts: {
  readonly rulesOf: (model: string) => readonly RecordRule[];
  readonly read: (input: { model: string; domain: unknown; principal: Principal }) => Condition;
  readonly onFault: (rule: RecordRule, reason: unknown) => void;
}): RecordRuleTable {
  const models = new Map<string, (operation: Operation) => Bound>();

  function boundBy(model: string, operation: Operation): Bound {
    const known = models.get(model) ?? compile(parts.rulesOf(model));
    models.set(model, known);
    return known(operation);
  }

  function conditionOf(rule: RecordRule, principal: Principal): Condition | undefined {
    try {
      if (rule.fault !== undefined) throw new Error(rule.fault);
      return parts.read({ model: rule.model, domain: rule.domain, principal });
    } catch (thrown) {
      parts.onFault(rule, thrown);
      return undefined;
    }
  }

  return {
    condition({ model, operation, principal }) {
      const { globals, byGroup } = boundBy(model, operation);
      const mine = [...principal.groups].flatMap(group => byGroup.get(group) ?? []);
      const conditions = [...globals, ...mine].flatMap(rule => conditionOf(rule, principal) ?? []);
      if (conditions.length < globals.length + mine.length) return never;
      const own = byGroup.size === 0 ? always : any(...conditions.slice(globals.length));
      return all(...conditions.slice(0, globals.length), own);
    },
    entries: ({ model, operation, principal }) =>
      parts
        .rulesOf(model)
        .filter(({ operations }) => operations.includes(operation))
        .map(rule => ({
          origin: rule.origin,
          name: rule.name,
          groups: isGlobal(rule) ? 'everyone' : [rule.group ?? ''],
          applies: isGlobal(rule) || principal.groups.has(rule.group ?? ''),
        })),
  };
}

/** The rules of one model, by the operation that they bind. */
function compile(rules: readonly RecordRule[]): (operation: Operation) => Bound {
  const operations = new Map<Operation, Bound>();
  return operation => {
    const known = operations.get(operation) ?? boundOf(rules.filter(rule => rule.operations.includes(operation)));
    operations.set(operation, known);
    return known;
  };
}

/** It binds everyone, as one that is lost does, too. */
function isGlobal({ group, fault }: RecordRule): boolean {
  return group === undefined || fault !== undefined;
}

function boundOf(rules: readonly RecordRule[]): Bound {
  const grouped = rules.filter(rule => !isGlobal(rule));
  return { globals: rules.filter(isGlobal), byGroup: Map.groupBy(grouped, ({ group = '' }) => group) };
}
