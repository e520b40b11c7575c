import { all, always, any, type Condition, never, type Operation, type Principal } from '../../../src/index.ts';

/** One record rule, from the config or the store. */
export interface RecordRule {
  readonly name: string;
  readonly model: string;
  /** undefined: it binds everyone. */
  readonly group: string | undefined;
  readonly operations: readonly Operation[];
  readonly domain: unknown;
  /** Why it cannot be applied. It then closes the model for its operations: a rule that is lost must not open anything. */
  readonly fault?: string;
}

export interface RecordRuleTable {
  /** What a record must satisfy; `never` where a faulty rule has a say. */
  condition(input: { model: string; operation: Operation; principal: Principal }): Condition;
}

interface Bound {
  readonly globals: RecordRule[];
  readonly byGroup: RecordRule[];
}

/**
 * All global rules, and one of the caller's groups' rules. A model that has rules for groups, but none for those of the
 * caller, has no record for them: nobody gets more by being in fewer groups.
 *
 * `read` makes a condition of a domain, with the caller's values in the place of placeholders, and throws where it
 * cannot; `onFault` is told of that.
 */
export function compileRecordRules(parts: {
  readonly rules: Iterable<RecordRule>;
  readonly read: (input: { model: string; domain: unknown; principal: Principal }) => Condition;
  readonly onFault: (rule: RecordRule, reason: unknown) => void;
}): RecordRuleTable {
  const table = new Map<string, Bound>();
  for (const rule of parts.rules) {
    if (rule.fault !== undefined) parts.onFault(rule, rule.fault);
    for (const operation of rule.operations) {
      const key = keyOf(rule.model, operation);
      const bound = table.get(key) ?? { globals: [], byGroup: [] };
      table.set(key, bound);
      (rule.group === undefined || rule.fault !== undefined ? bound.globals : bound.byGroup).push(rule);
    }
  }

  function conditionOf(rule: RecordRule, principal: Principal): Condition | undefined {
    if (rule.fault !== undefined) return undefined;
    try {
      return parts.read({ model: rule.model, domain: rule.domain, principal });
    } catch (thrown) {
      parts.onFault(rule, thrown);
      return undefined;
    }
  }

  return {
    condition({ model, operation, principal }) {
      const bound = table.get(keyOf(model, operation));
      if (!bound) return always;
      const mine = bound.byGroup.filter(({ group }) => group !== undefined && principal.groups.has(group));
      const globals = bound.globals.map(rule => conditionOf(rule, principal));
      const alternatives = mine.map(rule => conditionOf(rule, principal));
      const readable = [...globals, ...alternatives].filter(condition => condition !== undefined);
      if (readable.length < globals.length + alternatives.length) return never;
      const own = bound.byGroup.length === 0 ? always : any(...readable.slice(globals.length));
      return all(...readable.slice(0, globals.length), own);
    },
  };
}

function keyOf(model: string, operation: Operation): string {
  return `${operation} ${model}`;
}
