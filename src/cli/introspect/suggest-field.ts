import type { Classification } from '../../model/field.ts';
import type { MemberSurvey } from '../../store/mongo/survey/member-survey.ts';
import type { ValueType } from '../../store/mongo/survey/traits.ts';
import { singular, wordsIn } from './names.ts';
import { sensitivityOf } from './sensitive.ts';

/** A field as it is going to be written. */
export interface SuggestedField {
  readonly path: string;
  readonly kind:
    | 'char'
    | 'text'
    | 'integer'
    | 'float'
    | 'monetary'
    | 'boolean'
    | 'date'
    | 'datetime'
    | 'selection'
    | 'json'
    | 'many2one'
    | 'many2many';
  /** BSON type, where it is not the kind's own. */
  readonly as?: 'string' | 'int' | 'double' | 'objectId';
  readonly required: boolean;
  readonly classify?: Classification;
  /** Of a selection. */
  readonly options?: readonly string[];
  /** The collection that it refers to. */
  readonly to?: string;
}

/** `notes`: what is not sure, about this path; never a value. */
export interface Suggestion {
  readonly field?: SuggestedField;
  readonly notes: readonly string[];
}

/** Below this many documents, that all of them have a value says little. */
const enoughToRequire = 20;
/** Share of the ids looked up that are in one collection, from which on they refer to it; and below which it is told. */
const enoughToRefer = 0.5;
const shareToTell = 0.999;

/** Last words of names under which one of a few codes stands. */
const listNames =
  /\b(?:status|state|stage|phase|type|kind|category|level|priority|severity|role|currency|country|lang|language|locale|mode|channel|unit|tier|plan)$/;
/** Words of names under which an amount stands. */
const moneyNames =
  /\b(?:amount|price|total|subtotal|cost|fee|balance|salary|wage|income|budget|revenue|discount|deposit|limit|value)\b/;

/** The field for one member that is no embedded document taken apart. */
export function suggestField(member: MemberSurvey, { withSelections }: { withSelections: boolean }): Suggestion {
  const { path, present, of, types } = member;
  const sensitivity = sensitivityOf(member);
  if (sensitivity === 'secret') return { notes: [`${path} looks like a secret and is left out.`] };
  const counted = Object.entries(types).toSorted(([, a], [, b]) => b - a);
  const [main] = counted[0] ?? [];
  if (!main) return { notes: [`${path} has no value in any document of the sample and is left out.`] };
  const type = isNumber(types) ? 'number' : (main as ValueType);
  const fitting = type === 'number' ? sum(types, ['int', 'double', 'decimal']) : (types[main as ValueType] ?? 0);
  const notes: string[] = [];
  if (fitting < present) {
    notes.push(
      `${path} is ${counted.map(([name, times]) => `${name} (${times})`).join(', ')}: what is not ${type === 'number' ? 'a number' : main} will be missing.`,
    );
  }
  const common = {
    path,
    required: fitting === of && of >= enoughToRequire,
    ...(sensitivity && { classify: sensitivity }),
  };
  const made = kindOf({ member, type, withSelections, isSensitive: sensitivity !== undefined });
  return made.field
    ? { field: { ...common, ...made.field }, notes: [...notes, ...made.notes] }
    : { notes: [...notes, ...made.notes] };
}

interface KindInput {
  readonly member: MemberSurvey;
  readonly type: ValueType | 'number';
  readonly withSelections: boolean;
  readonly isSensitive: boolean;
}

type Kind = Pick<SuggestedField, 'kind' | 'as' | 'options' | 'to'>;
interface KindSuggestion {
  readonly field?: Kind;
  readonly notes: readonly string[];
}

function kindOf(input: KindInput): KindSuggestion {
  const { member, type } = input;
  const { path, traits, present } = member;
  switch (type) {
    case 'bool':
      return sure({ kind: 'boolean' });
    case 'date':
      return sure({ kind: traits.midnights === present ? 'date' : 'datetime' });
    case 'number':
      return reference(member, 'int') ?? number(member);
    case 'string':
      return reference(member, 'string') ?? text(input);
    case 'objectId':
      return (
        reference(member, 'objectId') ?? {
          field: { kind: 'json' },
          notes: [`${path} refers to something that is in no collection looked at: its ids are shown as they are.`],
        }
      );
    case 'array':
      return list(member);
    case 'object':
      return { field: { kind: 'json' }, notes: [`${path} holds embedded documents and is one json field.`] };
    default:
      return { notes: [`${path} holds ${type}, for which there is no kind of field, and is left out.`] };
  }
}

function number({ path, types, traits }: MemberSurvey): KindSuggestion {
  const isMoney = moneyNames.test(wordsIn(path).join(' '));
  const { decimal = 0, double = 0 } = types;
  if ((decimal > 0 || (isMoney && double > 0)) && traits.fraction <= 2) {
    const note = `${path} is taken for an amount in EUR with two decimals.`;
    return { field: { kind: 'monetary', ...(decimal === 0 && { as: 'double' as const }) }, notes: [note] };
  }
  if (decimal > 0) {
    return {
      notes: [
        `${path} holds decimals with ${traits.fraction} digits, for which there is no kind of field, and is left out.`,
      ],
    };
  }
  return sure({ kind: double > 0 ? 'float' : 'integer' });
}

function text({ member, withSelections, isSensitive }: KindInput): KindSuggestion {
  const { path, traits, present, codes } = member;
  if (traits.days === present) return sure({ kind: 'date', as: 'string' });
  if (traits.moments === present) return sure({ kind: 'datetime', as: 'string' });
  const notes: string[] = [];
  if (codes.length > 0 && !isSensitive) {
    if (withSelections && listNames.test(wordsIn(path).join(' '))) {
      const note = `${path} is a selection of the ${codes.length} codes found; others would be shown as they are.`;
      return { field: { kind: 'selection', options: codes }, notes: [note] };
    }
    notes.push(`${path} has ${codes.length} different values only: it may be a selection.`);
  }
  return { field: { kind: traits.longest > 255 || traits.lineBreaks > 0 ? 'text' : 'char' }, notes };
}

function list(member: MemberSurvey): KindSuggestion {
  const { path, itemTypes } = member;
  const [only, ...others] = Object.keys(itemTypes);
  const isIds = others.length === 0 && (only === 'objectId' || only === 'string' || only === 'int');
  const found = isIds ? reference(member, only, 'many2many') : undefined;
  if (found) return found;
  return { field: { kind: 'json' }, notes: [`${path} holds lists and is one json field.`] };
}

/** Where most of the ids lead to one collection; of several, the one that the name speaks of. */
function reference(
  { path, leadsTo }: MemberSurvey,
  as: 'objectId' | 'string' | 'int',
  kind: 'many2one' | 'many2many' = 'many2one',
): KindSuggestion | undefined {
  const likely = leadsTo.filter(({ share }) => share >= enoughToRefer);
  const words = new Set(wordsIn(path).map(singular));
  const named = likely.find(({ collection }) =>
    wordsIn(collection)
      .map(singular)
      .some(word => words.has(word)),
  );
  const found = named ?? likely[0];
  if (!found) return undefined;
  const notes: string[] = [];
  if (found.share < shareToTell) {
    notes.push(
      `${path} refers to ${found.collection}, where ${Math.round(found.share * 100)} % of the ids looked up are.`,
    );
  }
  if (likely.length > 1 && !named) {
    notes.push(`${path} may refer to ${likely.map(({ collection }) => collection).join(' or ')}: the first is taken.`);
  }
  return { field: { kind, as, to: found.collection }, notes };
}

function sure(field: Kind): KindSuggestion {
  return { field, notes: [] };
}

function isNumber(types: MemberSurvey['types']): boolean {
  const numbers = sum(types, ['int', 'double', 'decimal']);
  return numbers > 0 && Object.values(types).every(times => times <= numbers);
}

function sum(types: MemberSurvey['types'], names: readonly ValueType[]): number {
  return names.reduce((total, name) => total + (types[name] ?? 0), 0);
}
