import type { Runtime } from '../../../src/index.ts';

const maxCount = 0xfffff;

/**
 * Ids for rows that are only ever added: each is larger than the one before, so that indexes grow at their end and not
 * everywhere. 24 hex digits: 11 of ms since the epoch, 8 by chance for each writer, 5 that count.
 */
export function orderedIds({ now, randomBytes }: Pick<Runtime, 'now' | 'randomBytes'>): () => string {
  const writer = randomBytes(4).toString('hex');
  let time = 0;
  let count = 0;
  return () => {
    const present = now();
    if (present > time) {
      time = present;
      count = 0;
    } else if (count < maxCount) count += 1;
    else {
      time += 1;
      count = 0;
    }
    return time.toString(16).padStart(11, '0') + writer + count.toString(16).padStart(5, '0');
  };
}
