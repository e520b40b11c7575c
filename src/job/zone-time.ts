const day = 86_400_000;

/**
 * The clock on the wall of one time zone. A wall time is ms since the epoch of a calendar that knows no time zones, as
 * `Date.UTC` makes it.
 */
export interface ZoneTime {
  /** What the clock on the wall shows at a moment. */
  wallAt(moment: number): number;
  /**
   * The moment at which the clock shows `wall` (RFC 5545, section 3.3.5): the first of two, where the clock is put
   * back; where it is put forward over it, the moment that the offset before that means.
   */
  momentOf(wall: number): number;
}

/** undefined: there is no such time zone. */
export function zoneTime(timeZone: string): ZoneTime | undefined {
  if (timeZone === 'UTC') return { wallAt: moment => moment, momentOf: wall => wall };
  const format = wallFormat(timeZone);
  if (!format) return undefined;

  function offsetAt(moment: number): number {
    const second = Math.floor(moment / 1000) * 1000;
    const parts = new Map(format?.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return wall - second;
  }

  return {
    wallAt: moment => moment + offsetAt(moment),
    momentOf(wall) {
      const before = offsetAt(wall - day);
      const after = offsetAt(wall + day);
      if (before === after || offsetAt(wall - before) === before) return wall - before;
      return offsetAt(wall - after) === after ? wall - after : wall - before;
    },
  };
}

function wallFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}
