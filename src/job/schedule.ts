import cron, { type ParsedFields } from 'node-cron';
import type { Job } from './job.ts';
import { type ZoneTime, zoneTime } from './zone-time.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Days that are looked ahead: 29 February on a given weekday comes every 28 years, across 2100 every 40. */
const horizon = 41 * 366;

/** When a job is due. */
export interface Schedule {
  /** As it is kept with the job, so that a change shows. */
  readonly text: string;
  /** The first due time after a moment, both in ms since the epoch. */
  next(after: number): number;
}

/**
 * Reads the schedule of a job. node-cron reads the expression and says which days it means; when to look is left to the
 * caller, because node-cron's own runner can be given neither a clock nor a lease that is renewed.
 *
 * Where clocks change (RFC 5545, section 3.3.5), a job with fixed hours still runs once for every time it names: at the
 * first of two, and where the clock is put forward over it, as much later. A job for every hour goes by elapsed time.
 */
export function readSchedule({
  schedule,
  timeZone = 'UTC',
}: Pick<Job, 'schedule' | 'timeZone'>): Schedule | { fault: string } {
  const zone = zoneTime(timeZone);
  if (!zone) return { fault: `There is no time zone ${timeZone}.` };
  const checked = cron.validateDetailed(schedule);
  const { fields } = checked;
  if (!checked.valid || !fields) {
    return {
      fault: `The schedule "${schedule}" cannot be read: ${checked.errors.map(({ message }) => message).join('; ')}.`,
    };
  }
  if (fields.second.join() !== '0') return { fault: `The schedule "${schedule}" has seconds; a minute is the least.` };
  const isDay = dayCheck(schedule, fields);
  const isEveryHour = new Set(fields.hour).size === 24;
  const search = isEveryHour
    ? (after: number) => nextByElapsedTime({ after, zone, isDay, minutes: new Set(fields.minute) })
    : (after: number) => nextByWall({ after, zone, isDay, times: timesOf(fields) });
  if (search(0) === undefined) return { fault: `The schedule "${schedule}" names no day that there is.` };
  return {
    text: `${schedule} ${timeZone}`,
    next(after) {
      const found = search(after);
      if (found === undefined) throw new Error(`the schedule ${schedule} has no time after ${after}`);
      return found;
    },
  };
}

/** Whether the expression means the day that begins at a wall time. */
function dayCheck(schedule: string, fields: ParsedFields): (midnight: number) => boolean {
  const task = cron.createTask(schedule, () => {}, { timezone: 'Etc/UTC' });
  // Taken out of node-cron's list of tasks again; it is never started, and matching needs no list.
  void task.destroy();
  const time = Math.min(...timesOf(fields));
  return midnight => task.match(new Date(midnight + time));
}

/** The times of day, in ms from midnight. */
function timesOf(fields: ParsedFields): number[] {
  return fields.hour.flatMap(hours => fields.minute.map(minutes => hours * hour + minutes * minute));
}

function nextByWall(input: {
  after: number;
  zone: ZoneTime;
  isDay: (midnight: number) => boolean;
  times: readonly number[];
}): number | undefined {
  const { after, zone, isDay, times } = input;
  // From the day before: a time that the clock was put forward over may belong to the next day.
  const first = midnightOf(zone.wallAt(after)) - day;
  for (let midnight = first; midnight < first + horizon * day; midnight += day) {
    if (!isDay(midnight)) continue;
    const moments = times.map(time => zone.momentOf(midnight + time)).filter(moment => moment > after);
    if (moments.length > 0) return Math.min(...moments);
  }
  return undefined;
}

function nextByElapsedTime(input: {
  after: number;
  zone: ZoneTime;
  isDay: (midnight: number) => boolean;
  minutes: ReadonlySet<number>;
}): number | undefined {
  const { after, zone, isDay, minutes } = input;
  const end = after + horizon * day;
  let moment = Math.floor(after / minute) * minute + minute;
  let checked = { midnight: Number.NaN, isMeant: false };
  while (moment < end) {
    const wall = zone.wallAt(moment);
    const midnight = midnightOf(wall);
    if (midnight !== checked.midnight) checked = { midnight, isMeant: isDay(midnight) };
    if (checked.isMeant && minutes.has(new Date(wall).getUTCMinutes())) return moment;
    // Every offset from UTC in use is a multiple of a quarter of an hour, and so is every midnight.
    moment += checked.isMeant ? minute : 15 * minute - (moment % (15 * minute));
  }
  return undefined;
}

function midnightOf(wall: number): number {
  return Math.floor(wall / day) * day;
}
