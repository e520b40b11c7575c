const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const partShape = /^(?:([a-z]{3})(?:-([a-z]{3}))? )?(\d{2}):(\d{2})-(\d{2}):(\d{2})$/;
const minutesPerDay = 24 * 60;
const minutesPerWeek = 7 * minutesPerDay;

/** Times of the week at which a credential may be used. */
export interface AllowedHours {
  /** As written, for messages. */
  readonly text: string;
  /** `time`: ms since the epoch. */
  includes(time: number): boolean;
}

/**
 * Reads `mon-fri 08:00-18:00, sat 09:00-12:00`, in the time of `timeZone`; without days: every day. A range that ends
 * before it begins goes on into the next day. undefined where the text or the time zone cannot be read.
 */
export function parseAllowedHours(text: string, timeZone: string): AllowedHours | undefined {
  const open = new Uint8Array(minutesPerWeek);
  for (const part of text.toLowerCase().split(',')) {
    if (!openRange(open, part.trim().replace(/\s+/g, ' '))) return undefined;
  }
  const clock = weekClock(timeZone);
  if (!clock) return undefined;
  let known = { minute: Number.NaN, isOpen: false };
  return {
    text,
    includes(time) {
      const minute = Math.floor(time / 60_000);
      // Asking the calendar costs microseconds, and the answer holds for a minute.
      if (minute !== known.minute) known = { minute, isOpen: open[clock(time)] === 1 };
      return known.isOpen;
    },
  };
}

function openRange(open: Uint8Array, part: string): boolean {
  const match = partShape.exec(part);
  if (!match) return false;
  const [, firstDay, lastDay = firstDay] = match;
  const first = firstDay === undefined ? 0 : days.indexOf(firstDay);
  const last = lastDay === undefined ? 6 : days.indexOf(lastDay);
  const from = minuteOfDay(match[3], match[4]);
  const to = minuteOfDay(match[5], match[6]);
  if (first < 0 || last < 0 || Number.isNaN(from) || Number.isNaN(to) || from === to) return false;
  const length = to > from ? to - from : to + minutesPerDay - from;
  const count = ((last - first + 7) % 7) + 1;
  for (let day = first; day < first + count; day += 1) {
    const start = day * minutesPerDay + from;
    for (let minute = start; minute < start + length; minute += 1) open[minute % minutesPerWeek] = 1;
  }
  return true;
}

function minuteOfDay(hours: string | undefined, minutes: string | undefined): number {
  const total = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && total <= minutesPerDay ? total : Number.NaN;
}

/** The minute of the week in a time zone, from Monday 00:00; undefined where there is no such time zone. */
function weekClock(timeZone: string): ((time: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
  return time => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const day = days.indexOf(parts.get('weekday')?.toLowerCase() ?? '');
    return day * minutesPerDay + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  };
}
