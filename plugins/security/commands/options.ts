import { parseDate, parseDatetime } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A moment, as ISO 8601 in UTC: `90d` (also m, h, w) is so long from now, or before now with `direction` -1; anything
 * else is a date or a time. undefined where it is neither, does not exist, or is outside the years 0001 to 9999, whose
 * text would sort wrongly.
 */
export function momentOf(text: string, now: number, direction: 1 | -1 = 1): string | undefined {
  const span = /^(\d{1,6})([mhdw])$/.exec(text);
  const unit = span?.[2] && units[span[2]];
  if (span && unit) return parseDatetime(new Date(now + direction * Number(span[1]) * unit).toISOString());
  const day = parseDate(text);
  return parseDatetime(day === undefined ? text : `${day}T00:00:00Z`);
}

/** A moment of the past for a filter. Throws FILTER_INVALID. */
export function filterMoment(name: string, text: string, now: number): string {
  const moment = momentOf(text, now, -1);
  if (moment) return moment;
  throw securityErrors.FILTER_INVALID({
    message: `--${name}: expected a date, a time in ISO 8601 or a span such as 24h, not "${text}".`,
  });
}

/** A whole number from 1. Throws FILTER_INVALID. */
export function filterCount(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw securityErrors.FILTER_INVALID({ message: `--${name}: expected a whole number from 1, not "${text}".` });
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
