import { expect, test } from 'vitest';
import type { Principal } from '../../../src/model/principal.ts';
import { createProtocolSessions } from '../../../src/server/protocol-sessions.ts';

function principal(id: string, kind = 'api-key', user = id): Principal {
  return { user: { id: user }, credential: { id, kind } } as Principal;
}

function table(limits = { total: 4, perCredential: 2, idle: 1000, ended: 10 }) {
  const clock = { now: 0 };
  const closed: string[] = [];
  let bytes = 0;
  const sessions = createProtocolSessions({
    now: () => clock.now,
    randomBytes(size) {
      bytes += 1;
      return Buffer.alloc(size, bytes);
    },
    limits,
  });
  function open(owner: Principal) {
    const id = sessions.newId();
    const channel = {
      handle: async () => new Response(),
      listsChanged() {},
      async close() {
        closed.push(id);
      },
    };
    return sessions.add({ id, channel, client: { name: 'c', version: '1' }, principal: owner });
  }
  return { clock, closed, sessions, open };
}

const alice = principal('alice');

test('a session is found by the credential that opened it and by no other', async () => {
  const { sessions, open } = table();
  const { id } = await open(alice);
  expect(sessions.lookup(id, alice)).toMatchObject({ kind: 'open', session: { id } });
  expect(sessions.lookup(id, principal('bob'))).toEqual({ kind: 'unknown' });
  expect(sessions.lookup(id, principal('alice', 'oauth-token'))).toEqual({ kind: 'unknown' });
});

test('an id of our form that is not known here is perhaps another instance’s', async () => {
  const { sessions } = table();
  expect(sessions.lookup(sessions.newId(), alice)).toEqual({ kind: 'elsewhere' });
});

test.each([
  '',
  'x',
  'gs_',
  `gs_${'a'.repeat(31)}`,
  `gs_${'a'.repeat(33)}`,
  `gs_${'a'.repeat(31)}\n`,
  crypto.randomUUID(),
])('an id that is not of our form is unknown: %j', id => {
  expect(table().sessions.lookup(id, alice)).toEqual({ kind: 'unknown' });
});

test('an ended session stays unknown', async () => {
  const { sessions, open, closed } = table();
  const session = await open(alice);
  await sessions.end(session);
  expect(closed).toEqual([session.id]);
  expect(sessions.lookup(session.id, alice)).toEqual({ kind: 'unknown' });
});

test('a credential over its number loses its own longest unused session', async () => {
  const { sessions, open, closed } = table();
  const bobs = await open(principal('bob'));
  const first = await open(alice);
  const second = await open(alice);
  sessions.lookup(first.id, alice);
  await open(alice);
  expect(closed).toEqual([second.id]);
  expect(sessions.lookup(bobs.id, principal('bob')).kind).toBe('open');
});

test('of many that begin at once no more are left than one after another', async () => {
  const { sessions, open } = table();
  await Promise.all(Array.from({ length: 10 }, () => open(alice)));
  expect([...sessions.all()]).toHaveLength(2);
});

test('over the total the longest unused session of all goes', async () => {
  const { open, closed } = table();
  const first = await open(principal('a'));
  for (const id of ['b', 'c', 'd']) await open(principal(id));
  await open(principal('e'));
  expect(closed).toEqual([first.id]);
});

test('over the total whoever has the most gives way, with however many credentials', async () => {
  const { sessions, open, closed } = table();
  const bobs = await open(principal('bob'));
  const first = await open(principal('grant 0', 'oauth-token', 'mallory'));
  for (let grant = 1; grant <= 20; grant += 1) await open(principal(`grant ${grant}`, 'oauth-token', 'mallory'));
  expect(closed).toHaveLength(18);
  expect(closed[0]).toBe(first.id);
  expect(sessions.lookup(bobs.id, principal('bob')).kind).toBe('open');
});

test('over the total a newcomer with no more than others pushes out none but the longest unused', async () => {
  const { open, closed } = table();
  const a = await open(principal('a'));
  await open(principal('b'));
  await open(principal('c1', 'api-key', 'c'));
  const c2 = await open(principal('c2', 'api-key', 'c'));
  await open(principal('d'));
  expect(closed).not.toContain(a.id);
  expect(closed).not.toContain(c2.id);
  await open(principal('e'));
  expect(closed).toContain(a.id);
});

test('an idle session ends, one in use or with a stream does not', async () => {
  const { sessions, open, closed, clock } = table();
  const idle = await open(alice);
  const streaming = await open(alice);
  streaming.streams = 1;
  const used = await open(principal('bob'));
  clock.now = 900;
  sessions.lookup(used.id, principal('bob'));
  clock.now = 1500;
  await sessions.sweep();
  expect(closed).toEqual([idle.id]);
});
