import type { DateUnit } from '../store/port.ts';
import type { Field, FieldKind } from './field.ts';
import { fieldNotAvailable } from './field-not-available.ts';
import { invalid, type RecordsContext } from './records-context.ts';

/** One of `groupBy`; `key` is how it was written, and where its value stands in the answer. */
export interface Group {
  readonly key: string;
  readonly name: string;
  readonly field: Field;
  readonly unit: DateUnit | undefined;
}

/** One of `measures`; `count` has no field. */
export interface Measure {
  readonly key: string;
  readonly operator: 'count' | 'sum' | 'avg' | 'min' | 'max';
  readonly name: string | undefined;
  readonly field: Field | undefined;
}

const maxGroups = 4;
const maxMeasures = 20;
const units: readonly DateUnit[] = ['day', 'week', 'month', 'quarter', 'year'];
const ungrouped: ReadonlySet<FieldKind> = new Set(['json', 'many2many', 'one2many', 'computed']);
const numbers: ReadonlySet<FieldKind> = new Set(['integer', 'float', 'monetary']);
const times: ReadonlySet<FieldKind> = new Set(['date', 'datetime']);

/** `state`, `date:month`, `partner_id`. FIELD_NOT_AVAILABLE for what is unknown or not readable. */
export function parseGroupBy(context: RecordsContext, groupBy: readonly string[]): Group[] {
  return list('groupBy', groupBy, maxGroups).map((key, index): Group => {
    const at = `groupBy[${index}]`;
    const { name, suffix, field } = namedField({ context, key, at });
    if (ungrouped.has(field.kind)) throw invalid(at, `a field to group by; ${name} is ${field.kind}`);
    const unit = units.find(known => known === suffix);
    if (suffix !== undefined && !(unit && times.has(field.kind))) {
      throw invalid(at, `a field, or a date with one of ${units.map(known => `:${known}`).join(', ')}`);
    }
    return { key, name, field, unit };
  });
}

/** `count`, or a number with `:sum`, `:avg`, `:min`, `:max`; of dates `:min` and `:max`. */
export function parseMeasures(context: RecordsContext, measures: readonly string[]): Measure[] {
  return list('measures', measures, maxMeasures).map((key, index): Measure => {
    if (key === 'count') return { key, operator: 'count', name: undefined, field: undefined };
    const at = `measures[${index}]`;
    const { name, suffix, field } = namedField({ context, key, at });
    const isExtreme = suffix === 'min' || suffix === 'max';
    const fits = numbers.has(field.kind) || (isExtreme && times.has(field.kind));
    if (!fits || (!isExtreme && suffix !== 'sum' && suffix !== 'avg')) {
      throw invalid(at, 'count, a number with :sum, :avg, :min or :max, or a date with :min or :max');
    }
    return { key, operator: suffix, name, field };
  });
}

function list(at: string, value: readonly string[], most: number): readonly string[] {
  if (!Array.isArray(value) || value.length > most) throw invalid(at, `a list of at most ${most} texts`);
  for (const [index, item] of value.entries()) if (typeof item !== 'string') throw invalid(`${at}[${index}]`, 'text');
  return value;
}

function namedField({ context, key, at }: { context: RecordsContext; key: string; at: string }) {
  const { model, access } = context;
  const colon = key.indexOf(':');
  const name = colon < 0 ? key : key.slice(0, colon);
  const suffix = colon < 0 ? undefined : key.slice(colon + 1);
  const field = model.fields.get(name);
  if (!field || !access.fields.get(name)?.read) throw fieldNotAvailable({ model: model.name, path: name, at });
  return { name, suffix, field };
}
