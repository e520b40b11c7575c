import { expect, test } from 'vitest';
import { createLogger, withoutSecrets } from '../../../src/cli/logger.ts';
import { verifies } from '../../requirements.ts';

const key = 'gh_W5Eov8Mt_DBvEpw7Bm3eN6nFnMo4jgiFo6XYXiHKG87XCvVWm2TNoZdH735';

function logger(isInteractive: boolean) {
  let text = '';
  const stream = { write: (piece: string) => (text += piece) };
  return { log: createLogger({ level: 'info', stream, isInteractive }), written: () => text };
}

test(`${verifies('OPS-1')} the log is one JSON object a line`, () => {
  const { log, written } = logger(false);
  log.info({ model: 'sale.order' }, 'hello\nworld');
  log.error({ err: new Error('broken') }, 'failed');
  log.debug('not shown');
  const lines = written()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(lines).toMatchObject([
    { level: 30, model: 'sale.order', msg: 'hello\nworld', time: expect.stringMatching(/^\d{4}-.*Z$/) },
    { level: 50, msg: 'failed', err: { message: 'broken' } },
  ]);
});

test('on a terminal it is for people', () => {
  const { log, written } = logger(true);
  log.warn({ count: 2 }, 'careful');
  log.error({ err: new Error('broken') }, 'failed');
  expect(written()).toMatch(
    /^\d\d:\d\d:\d\d {2}warn {3}careful {2}count=2\n\d\d:\d\d:\d\d {2}error {2}failed\n {2}Error: broken\n/,
  );
});

test('what an error says cannot move the cursor of whoever reads along', () => {
  const { log, written } = logger(true);
  log.error({ err: new Error('no\u001b[2J\u009b1m'), name: '\u009b1m' }, 'failed');
  expect(written().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

const attempts: readonly [string, Record<string, unknown>, string][] = [
  ['a member', { password: 'hunter2' }, 'x'],
  ['a header', { headers: { authorization: 'Basic hunter2', 'x-api-key': 'hunter2' } }, 'x'],
  ['deeper', { req: { headers: { cookie: 'hunter2' } } }, 'x'],
  ['the text', {}, `Bearer ${key}`],
  ['a value', { url: `http://h/mcp?api_key=${key}` }, 'x'],
  ['a URL', { uri: 'mongodb://user:hunter2@host/db' }, 'mongodb+srv://user:hunter2@host/db'],
  ['an error', { err: new Error(`cannot reach mongodb://u:hunter2@h with ${key}`) }, 'x'],
  ['a cause', { err: new Error('outer', { cause: new Error(`smtp://u:hunter2@h ${key}`) }) }, 'x'],
];

test.each(attempts)(`${verifies('OPS-1')} no secret gets into the log: in %s`, (_, members, message) => {
  for (const isInteractive of [true, false]) {
    const { log, written } = logger(isInteractive);
    log.info(members, message);
    expect(written()).not.toContain('hunter2');
    expect(written()).not.toContain(key.slice(12));
  }
});

test('what is left tells which secret it was', () => {
  expect(withoutSecrets(`${key} mongodb://ada:pw@h:1/db`)).toBe(
    'gh_W5Eov8Mt_[redacted] mongodb://ada:[redacted]@h:1/db',
  );
});
