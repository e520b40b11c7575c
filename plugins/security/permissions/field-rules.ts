import {
  type Field,
  type FieldAccess,
  type Mask,
  masks,
  type PolicyEntry,
  type PolicyOrigin,
  type PolicySet,
  type Principal,
  type Row,
} from '../../../src/index.ts';
import { type GroupNames, idList } from '../../base/plugin.ts';
import { namesOf } from './permission-table.ts';

interface FieldRule {
  /** undefined: all that the class matches. */
  readonly fields: ReadonlySet<string> | undefined;
  readonly classify: string | undefined;
  readonly except: readonly string[];
  /** undefined: everyone is kept from them. */
  readonly groups: readonly string[] | undefined;
  /** undefined: they are hidden; true: as the field says. */
  readonly mask: Mask | true | undefined;
  readonly origin: PolicyOrigin;
}

export interface FieldRuleTable {
  access(input: FieldQuestion): FieldAccess;
  /** The rules that mask or hide the field from anybody, for people to read. */
  entries(input: FieldQuestion): PolicyEntry[];
}

interface FieldQuestion {
  readonly principal: Principal;
  readonly model: string;
  readonly name: string;
  readonly field: Field;
}

/** The field policies of config and store together: one that hides a field is enough, then one that masks it. */
export function createFieldRuleTable(parts: {
  readonly policies: PolicySet;
  /** Rows of `security.field-rule` by the model that they speak of; '' for those of every model. */
  readonly stored: (model: string) => readonly Row[];
  readonly nameOf: GroupNames;
}): FieldRuleTable {
  const configured = Map.groupBy(parts.policies.fields, ({ model = '' }) => model);
  const models = new Map<string, readonly FieldRule[]>();
  const rulesOf = (model: string): readonly FieldRule[] => {
    const rules = models.get(model) ?? [
      ...(configured.get(model) ?? []).map(configRule),
      ...parts.stored(model).map(row => storedRule(row, parts.nameOf)),
    ];
    models.set(model, rules);
    return rules;
  };
  const matching = ({ model, name, field }: FieldQuestion) =>
    [...rulesOf(''), ...rulesOf(model)].filter(rule => matches(rule, name, field));
  return {
    access: question =>
      combined(
        matching(question).filter(rule => applies(rule, question.principal)),
        question.field,
      ),
    entries: question =>
      matching(question).map(rule => ({
        origin: rule.origin,
        groups: rule.groups ?? 'everyone',
        except: rule.except,
        applies: applies(rule, question.principal),
      })),
  };
}

const shown: FieldAccess = { read: true, write: true };
const hidden: FieldAccess = { read: false, write: false };

/** What is masked may be written all the same, where other rights allow it. */
function combined(rules: readonly FieldRule[], field: Field): FieldAccess {
  if (rules.length === 0) return shown;
  if (rules.some(({ mask }) => mask === undefined)) return hidden;
  const [mask = 'all', ...others] = new Set(rules.map(rule => maskOf(rule, field)));
  return { read: false, write: true, mask: others.length > 0 ? 'all' : mask };
}

/** Of what is no text, no part is left. */
function maskOf({ mask }: FieldRule, field: Field): Mask {
  const wanted = mask === true ? field.mask : mask;
  return (partly.has(field.kind) && wanted) || 'all';
}

const partly: ReadonlySet<Field['kind']> = new Set(['char', 'text', 'computed']);

function matches(rule: FieldRule, name: string, field: Field): boolean {
  return (rule.fields?.has(name) ?? true) && (rule.classify === undefined || rule.classify === field.classify);
}

function applies({ groups, except }: FieldRule, principal: Principal): boolean {
  const isMember = (group: string) => principal.groups.has(group);
  return (groups === undefined || groups.some(isMember)) && !except.some(isMember);
}

function configRule(entry: PolicySet['fields'][number]): FieldRule {
  const { fields, classify, except = [], groups, mask } = entry;
  return { fields: fields && new Set(fields), classify, except, groups, mask, origin: { entry } };
}

/** What cannot be read hides more, never less: a list of names that is none or has none, groups that are gone. */
function storedRule(row: Row, nameOf: GroupNames): FieldRule {
  const groups = namesOf(row.groups, nameOf);
  const { fields } = row;
  const isList = Array.isArray(fields) && fields.length > 0 && fields.every(name => typeof name === 'string');
  const isWhole = groups.length > 0 && groups.length === idList(row.groups).length;
  return {
    fields: isList ? new Set(fields as readonly string[]) : undefined,
    classify: typeof row.classify === 'string' ? row.classify : undefined,
    except: namesOf(row.except, nameOf),
    groups: isWhole ? groups : undefined,
    mask: row.mask === 'field' ? true : masks.find(mask => mask === row.mask),
    origin: { model: 'security.field-rule', id: row.id },
  };
}
