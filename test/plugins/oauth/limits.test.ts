import { afterAll, beforeAll, expect, test } from 'vitest';
import exampleConfig from '../../../mcp.config.ts';
import { createService } from '../../../plugins/oauth/clients/create-service.ts';
import { verifies } from '../../requirements.ts';
import { freePort } from '../../support/free-port.ts';
import { auditOf } from '../../support/people.ts';
import { callTool, send } from '../../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

describeOnStores('the limits of keys hold for tokens', open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;

  beforeAll(async () => {
    store = await open();
    const port = await freePort();
    const security = { ...exampleConfig.plugins.security, rate: { perMinute: 8 }, sessions: { limit: 2 } };
    gatehouse = await startGatehouse({
      config: exampleWith(store, {
        plugins: { ...exampleConfig.plugins, security },
        server: { port, publicUrl: `http://127.0.0.1:${port}`, logLevel: 'silent' },
      }),
    });
  });
  afterAll(async () => {
    await gatehouse?.stop();
    await store?.drop();
  });

  /** Of a service of its own, so that one test does not use up what another has. */
  async function token(): Promise<string> {
    const credential = { kind: 'secret' } as const;
    const { runtime } = gatehouse.app;
    const made = await createService({ runtime, name: 'Nightly', user: 'hank', scopes: ['read'], credential });
    const answer = await fetch(`${gatehouse.origin}/mcp/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${made.clientId}:${made.secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }),
    });
    return String(((await answer.json()) as { access_token?: string }).access_token);
  }

  const as = (agent: string) => ({ headers: { 'user-agent': agent } });

  test(`${verifies('RATE-1', 'RATE-3', 'OAUTH-12')} the rate, counted by client whatever the token`, async () => {
    const key = await token();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => callTool(gatehouse.url, 'list_models', {}, { key })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test(`${verifies('SES-1', 'SES-2')} sessions: as many as may be open, each with its client`, async () => {
    const key = await token();
    const statuses = [];
    for (const agent of ['one', 'two', 'three'])
      statuses.push((await send(gatehouse.url, { key, ...as(agent) })).status);
    expect(statuses).toEqual([200, 200, 429]);
    const [entry] = (await auditOf(gatehouse, 20)).filter(({ user_agent: agent }) => agent === 'one');
    expect(entry).toMatchObject({ credential_kind: 'oauth-token', user_login: 'hank', session_id: expect.any(String) });
    const sessions = gatehouse.app.runtime.system('test').of('security.session');
    expect((await sessions.read([String(entry?.session_id)]))[0]?.values).toMatchObject({ user_agent: 'one' });
  });

  test(`${verifies('SCOPE-1', 'AUD-1')} scopes, and the log of what they refuse`, async () => {
    const key = await token();
    const refused = await callTool(
      gatehouse.url,
      'create',
      { model: 'hr.employee', records: [{ name: 'New' }] },
      { key },
    );
    expect(refused.status).toBe(403);
    const [entry] = await auditOf(gatehouse, 1);
    expect(entry).toMatchObject({ outcome: 'denied', stage: 'scope', credential_kind: 'oauth-token', tool: 'create' });
  });
});
