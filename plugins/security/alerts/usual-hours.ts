import { LRUCache } from 'lru-cache';
import { type AllowedHours, parseAllowedHours } from '../keys/allowed-hours.ts';

/** Whether a moment (ms since the epoch) is within the usual hours on the clocks of a time zone. */
export type UsualHours = (time: number, timeZone: string) => boolean;

/** `text` as in the settings. A time zone that nobody knows is taken for UTC. */
export function usualHours(text: string): UsualHours {
  const known = new LRUCache<string, AllowedHours>({ max: 1000 });

  function read(timeZone: string): AllowedHours {
    const hours = parseAllowedHours(text, timeZone) ?? parseAllowedHours(text, 'UTC');
    if (!hours) throw new Error(`not hours: ${text}`);
    known.set(timeZone, hours);
    return hours;
  }

  return (time, timeZone) => (known.get(timeZone) ?? read(timeZone)).includes(time);
}
