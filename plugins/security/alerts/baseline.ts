import type { Row } from '../../../src/index.ts';
import type { AlertSettings } from './alert-settings.ts';

/** What a credential usually does: models by the last day they were used, records by day. Days are UTC, `YYYY-MM-DD`. */
export interface Baseline {
  /** ms since the epoch: its first call. */
  readonly since: number;
  readonly models: Readonly<Record<string, string>>;
  readonly days: Readonly<Record<string, number>>;
}

/** What a credential has done since its baseline was last brought up to date. */
export interface Activity {
  readonly models: ReadonlySet<string>;
  readonly records: number;
  /** ms since the epoch. */
  readonly time: number;
}

export interface Verdict {
  readonly baseline: Baseline;
  /** Models that it has not used of late, after it was long enough known. */
  readonly unusual: readonly string[];
  /** Set when the records of the day have just become too many. */
  readonly volume: { readonly records: number; readonly usual: number } | undefined;
}

export type BaselineSettings = Pick<AlertSettings, 'unusualModel' | 'volumeAnomaly'>;

const day = 86_400_000;
const maxModels = 200;
const keptDays = 28;

/** Holds an activity against what is usual, and makes it part of it. */
export function judge(input: {
  baseline: Baseline | undefined;
  activity: Activity;
  settings: BaselineSettings;
}): Verdict {
  const { activity, settings } = input;
  const { time, records } = activity;
  const baseline = input.baseline ?? { since: time, models: {}, days: {} };
  const today = dayOf(time);
  const { learningDays, baselineDays } = settings.unusualModel;
  const oldest = dayOf(time - baselineDays * day);
  const isKnown = time - baseline.since >= learningDays * day;
  const used = [...activity.models];
  const unusual = isKnown ? used.filter(model => !(lastUsed(baseline, model) >= oldest)) : [];
  const models = Object.entries({ ...baseline.models, ...Object.fromEntries(used.map(model => [model, today])) });
  const before = baseline.days[today] ?? 0;
  const days = Object.entries({ ...baseline.days, [today]: before + records });
  return {
    baseline: {
      since: baseline.since,
      models: Object.fromEntries(newest(models, { oldest, most: maxModels })),
      days: Object.fromEntries(daysFrom(days, dayOf(time - (keptDays - 1) * day))),
    },
    unusual,
    volume: excess({ baseline, today, before, after: before + records, settings: settings.volumeAnomaly }),
  };
}

/**
 * The median of the days with calls, which a few wild days do not move. Too many is said once a day, by whoever writes
 * down the records that cross the line.
 */
function excess(input: {
  baseline: Baseline;
  today: string;
  before: number;
  after: number;
  settings: BaselineSettings['volumeAnomaly'];
}): Verdict['volume'] {
  const { baseline, today, before, after, settings } = input;
  const past = Object.entries(baseline.days).filter(([date]) => date < today);
  if (past.length < settings.learningDays) return undefined;
  const usual = median(past.map(([, records]) => records));
  const limit = Math.max(settings.minimum, settings.factor * usual);
  return before <= limit && after > limit ? { records: after, usual } : undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function lastUsed({ models }: Baseline, model: string): string {
  return Object.hasOwn(models, model) ? (models[model] ?? '') : '';
}

function newest(models: [string, string][], keep: { oldest: string; most: number }): [string, string][] {
  const recent = models.filter(([, last]) => last >= keep.oldest);
  return recent.toSorted(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0)).slice(0, keep.most);
}

function daysFrom(days: [string, number][], oldest: string): [string, number][] {
  return days.filter(([date]) => date >= oldest);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** As it is stored. */
export function readBaseline({ since, models, days }: Row): Baseline {
  return {
    since: Date.parse(String(since)),
    models: (models ?? {}) as Baseline['models'],
    days: (days ?? {}) as Baseline['days'],
  };
}
