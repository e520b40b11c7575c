import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRefresher } from '../../../plugins/base/refresher.ts';

const log = pino({ level: 'silent' });

test('notices during a run lead to one more, never to two at once', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const refresher = createRefresher({
    what: 'test',
    log,
    wait: async () => {},
    async run() {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      await new Promise(resolve => setImmediate(resolve));
      running -= 1;
    },
  });
  for (let notice = 0; notice < 10; notice += 1) refresher.notice();
  await refresher.settled();
  expect({ runs, most }).toEqual({ runs: 2, most: 1 });
  refresher.notice();
  await Promise.resolve();
  refresher.notice();
  refresher.notice();
  await refresher.settled();
  expect({ runs, most }).toEqual({ runs: 4, most: 1 });
});

test('a run that fails is tried again until it succeeds', async () => {
  let tries = 0;
  let waits = 0;
  const refresher = createRefresher({
    what: 'test',
    log,
    wait: async () => {
      waits += 1;
    },
    async run() {
      tries += 1;
      if (tries < 4) throw new Error('store away');
    },
  });
  refresher.notice();
  await refresher.settled();
  expect({ tries, waits }).toEqual({ tries: 4, waits: 3 });
});

test('after stop nothing runs any more, and a failure is not retried for ever', async () => {
  let tries = 0;
  const refresher = createRefresher({
    what: 'test',
    log,
    wait: () => new Promise(resolve => setImmediate(resolve)),
    async run() {
      tries += 1;
      throw new Error('store away');
    },
  });
  refresher.notice();
  await refresher.stop();
  const after = tries;
  refresher.notice();
  await refresher.settled();
  expect(tries).toBe(after);
});
