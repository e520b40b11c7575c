import type { Field, PolicySet, Principal, Row } from '../../../src/index.ts';
import { idList } from '../../base/plugin.ts';
import { namesOf } from './permission-table.ts';

interface FieldRule {
  /** undefined: every model. */
  readonly model: string | undefined;
  /** undefined: all that the class matches. */
  readonly fields: ReadonlySet<string> | undefined;
  readonly classify: string | undefined;
  readonly except: readonly string[];
  /** undefined: everyone is kept from them. */
  readonly groups: readonly string[] | undefined;
}

export interface FieldRuleTable {
  isHidden(input: { principal: Principal; model: string; name: string; field: Field }): boolean;
}

/** The field policies of config and store together: one that hides a field is enough. */
export function compileFieldRules(parts: {
  readonly policies: PolicySet;
  readonly stored: ReadonlyMap<string, Row>;
  readonly groups: ReadonlyMap<string, Row>;
}): FieldRuleTable {
  const byModel = new Map<string | undefined, FieldRule[]>();
  for (const rule of [...configured(parts.policies), ...stored(parts)]) {
    byModel.set(rule.model, [...(byModel.get(rule.model) ?? []), rule]);
  }
  return {
    isHidden: ({ principal, model, name, field }) =>
      [...(byModel.get(undefined) ?? []), ...(byModel.get(model) ?? [])].some(
        rule => matches(rule, name, field) && applies(rule, principal),
      ),
  };
}

function matches(rule: FieldRule, name: string, field: Field): boolean {
  return (rule.fields?.has(name) ?? true) && (rule.classify === undefined || rule.classify === field.classify);
}

function applies({ groups, except }: FieldRule, principal: Principal): boolean {
  const isMember = (group: string) => principal.groups.has(group);
  return (groups === undefined || groups.some(isMember)) && !except.some(isMember);
}

function configured({ fields }: PolicySet): FieldRule[] {
  return fields.map(rule => ({
    model: rule.model,
    fields: rule.fields && new Set(rule.fields),
    classify: rule.classify,
    except: rule.except ?? [],
    groups: rule.groups,
  }));
}

/** What cannot be read hides more, never less: a list of names that is none, groups that are gone. */
function stored(parts: {
  policies: PolicySet;
  stored: ReadonlyMap<string, Row>;
  groups: ReadonlyMap<string, Row>;
}): FieldRule[] {
  return Array.from(parts.stored.values(), row => {
    const names = namesOf(row.groups, parts);
    const isList = Array.isArray(row.fields) && row.fields.every(name => typeof name === 'string');
    const isWhole = names.length > 0 && names.length === idList(row.groups).length;
    return {
      model: typeof row.model === 'string' ? row.model : undefined,
      fields: isList ? new Set(row.fields as readonly string[]) : undefined,
      classify: typeof row.classify === 'string' ? row.classify : undefined,
      except: namesOf(row.except, parts),
      groups: isWhole ? names : undefined,
    };
  });
}
