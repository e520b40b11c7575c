/** The times of the last hits within a window, exactly: no interval of its length ever holds more than the limit. */
export interface SlidingWindow {
  /** Hits within the window that ends at `now`, ms. */
  count(now: number): number;
  hit(now: number): void;
  /** When the oldest hit within the window leaves it, ms; undefined: there is none. */
  nextRelease(now: number): number | undefined;
}

const initialSize = 16;

/** A ring of times that grows to the number of hits within one window and no further. `length`: ms. */
export function createSlidingWindow(length: number): SlidingWindow {
  let ring = new Float64Array(initialSize);
  let first = 0;
  let size = 0;

  function newest(): number {
    return ring[(first + size - 1) % ring.length] ?? 0;
  }

  /** Drops what has left; a clock that was put back must not close the window for hours. */
  function advance(now: number): void {
    if (size > 0 && newest() - now > length) size = 0;
    while (size > 0 && (ring[first] ?? 0) <= now - length) {
      first = (first + 1) % ring.length;
      size -= 1;
    }
  }

  function grow(): void {
    const larger = new Float64Array(ring.length * 2);
    for (let index = 0; index < size; index += 1) larger[index] = ring[(first + index) % ring.length] ?? 0;
    ring = larger;
    first = 0;
  }

  return {
    count(now) {
      advance(now);
      return size;
    },
    hit(now) {
      advance(now);
      if (size === ring.length) grow();
      const time = size > 0 ? Math.max(now, newest()) : now;
      ring[(first + size) % ring.length] = time;
      size += 1;
    },
    nextRelease(now) {
      advance(now);
      return size > 0 ? (ring[first] ?? 0) + length : undefined;
    },
  };
}
