const dateText = /^(\d{4})-(\d{2})-(\d{2})$/;
const datetimeText = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?([Zz]|[+-]\d{2}:\d{2})$/;

/** `YYYY-MM-DD` as it is, where that day exists (years 0001 to 9999). */
export function parseDate(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return dayStart(value) === undefined ? undefined : value;
}

/**
 * ISO 8601 with an offset (RFC 3339, at most milliseconds) as the same moment in UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`.
 * Without an offset it would be a different moment for everyone who reads it, so that is refused.
 */
export function parseDatetime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const found = datetimeText.exec(value);
  if (!found) return undefined;
  const [, day = '', hour, minute, second = '0', fraction = '0', offset = 'Z'] = found;
  const start = dayStart(day);
  if (start === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const shift = offsetMinutes(offset);
  if (shift === undefined) return undefined;
  const minutes = Number(hour) * 60 + Number(minute) - shift;
  const moment = new Date(start + minutes * 60_000 + Number(second) * 1000 + Number(fraction.padEnd(3, '0')));
  const year = moment.getUTCFullYear();
  return year < 1 || year > 9999 ? undefined : moment.toISOString();
}

/** ms of the day's beginning in UTC; undefined where there is no such day. */
function dayStart(day: string): number | undefined {
  const found = dateText.exec(day);
  if (!found || found[1] === '0000') return undefined;
  const moment = new Date(`${day}T00:00:00.000Z`);
  // The platform turns 30 February into a day of March.
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day) ? moment.getTime() : undefined;
}

function offsetMinutes(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
