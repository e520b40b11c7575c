import { isoTime } from '../clock.ts';

/** Says of a record when it was changed, and by whom: a login, or `system` for the server's own work. */
export interface ChangeStamp {
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** The same of a new record. */
export interface RecordStamp extends ChangeStamp {
  readonly createdAt: string;
  readonly createdBy: string;
}

/** What has the time, such as a Runtime or a Clock: ms since the epoch. */
interface Time {
  now(): number;
}

export function recordStamp(time: Time, by = 'system'): RecordStamp {
  const { updatedAt, updatedBy } = changeStamp(time, by);
  return { createdAt: updatedAt, createdBy: by, updatedAt, updatedBy };
}

export function changeStamp(time: Time, by = 'system'): ChangeStamp {
  return { updatedAt: isoTime(time.now()), updatedBy: by };
}
