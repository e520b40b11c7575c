import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGroupCommit } from '../../../plugins/security/audit/group-commit.ts';
import { verifies } from '../../requirements.ts';

function start(write: (items: readonly number[]) => Promise<void>, bounds = { maxBatch: 1_000, maxWaiting: 1_000 }) {
  return createGroupCommit<number>({
    write,
    defer: run => setImmediate(run),
    refuse: () => new Error('full'),
    ...bounds,
  });
}

const turn = () => new Promise(resolve => setImmediate(resolve));

describe(`${verifies('AUD-2')} group commit`, () => {
  test('nobody goes on before the batch is written, and what comes meanwhile goes together', async () => {
    const batches: (readonly number[])[] = [];
    const release: (() => void)[] = [];
    const commit = start(items => {
      batches.push(items);
      return new Promise(resolve => release.push(resolve));
    });
    const done: number[] = [];
    const add = (item: number) => commit.add(item).then(() => done.push(item));
    const first = [add(1), add(2)];
    await turn();
    const second = [add(3), add(4), add(5)];
    await turn();
    expect({ batches, done }).toEqual({ batches: [[1, 2]], done: [] });
    release[0]?.();
    await Promise.all(first);
    // Those who have waited for the first batch may have something more to write.
    const third = add(6);
    await turn();
    expect({ batches, done }).toEqual({
      batches: [
        [1, 2],
        [3, 4, 5, 6],
      ],
      done: [1, 2],
    });
    release[1]?.();
    await Promise.all([...second, third]);
    await commit.drained();
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a batch that fails fails for all in it, and for nobody else', async () => {
    let isDown = true;
    const commit = start(async () => {
      if (isDown) throw new Error('disk full');
    });
    const failed = await Promise.allSettled([commit.add(1), commit.add(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    await expect(commit.add(3)).resolves.toBeUndefined();
  });

  test('more than the bound are refused at once, not kept', async () => {
    let release = () => {};
    const commit = start(() => new Promise(resolve => (release = resolve)), { maxBatch: 2, maxWaiting: 3 });
    const waiting = [commit.add(1), commit.add(2), commit.add(3)];
    await expect(commit.add(4)).rejects.toThrow('full');
    await turn();
    release();
    await Promise.all(waiting.slice(0, 2));
    await turn();
    release();
    await Promise.all(waiting);
  });

  test('every item is written once, in order, in whatever bursts they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }), async bursts => {
        const written: number[] = [];
        const commit = start(
          async items => {
            await turn();
            written.push(...items);
          },
          { maxBatch: 3, maxWaiting: 1_000 },
        );
        const adding: Promise<void>[] = [];
        for (const burst of bursts) {
          for (let item = 0; item < burst; item += 1) adding.push(commit.add(adding.length));
          await turn();
        }
        await Promise.all(adding);
        expect(written).toEqual(adding.map((_, index) => index));
      }),
      { numRuns: 30 },
    );
  });
});
