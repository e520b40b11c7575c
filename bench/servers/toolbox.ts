/**
 * The fastest peer found: Google's MCP Toolbox (Go), a SQLite source, one statement that reads a contact by its id, and
 * a check of an RS256 access token. Nothing else of what Gatehouse does: no rights, no limits, no log.
 * `node toolbox.ts FOLDER`, where FOLDER holds the installed package. Prints `{"url","pid","token"}`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { freePort } from '../../test/support/free-port.ts';
import { contactCount, contactId, contactValues } from '../records.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const database = join(folder, 'contacts.db');
fillDatabase(database);
const issuer = await startIssuer();
const port = await freePort();
writeFileSync(join(folder, 'tools.yaml'), configuration(database, issuer.url));

const found = join(process.argv[2] ?? '.', 'node_modules/@toolbox-sdk/server-linux-x64/bin/toolbox');
const toolbox = spawn(
  found,
  ['--config', join(folder, 'tools.yaml'), '--port', String(port), '--log-level', 'ERROR', '--disable-reload'],
  { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, TOOLBOX_URL: `http://127.0.0.1:${port}` } },
);
process.on('exit', () => toolbox.kill());
process.on('SIGTERM', () => process.exit(0));
await waitFor(`http://127.0.0.1:${port}/mcp`);
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/mcp`, pid: toolbox.pid, token: issuer.token }));

function fillDatabase(path: string): void {
  const db = new DatabaseSync(path);
  const columns = ['id', ...Object.keys(contactValues(0))];
  db.exec(
    `CREATE TABLE contact (${columns.map(name => (name === 'id' ? 'id TEXT PRIMARY KEY' : name)).join(', ')}); BEGIN`,
  );
  const insert = db.prepare(`INSERT INTO contact VALUES (${columns.map(() => '?').join(', ')})`);
  for (let number = 0; number < contactCount; number++) {
    const values = Object.values(contactValues(number)).map(value =>
      typeof value === 'boolean' ? Number(value) : value,
    );
    insert.run(contactId(number), ...values);
  }
  db.exec('COMMIT');
  db.close();
}

/** An issuer with its discovery document and keys, and a token by it. */
async function startIssuer(): Promise<{ url: string; token: string }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const body = request.url?.includes('openid-configuration')
      ? { issuer: url, jwks_uri: `${url}/jwks` }
      : { keys: [jwk] };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = await new SignJWT({ scope: 'mcp:read' })
    .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
    .setIssuer(url)
    .setAudience('bench')
    .setSubject('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return { url, token };
}

function configuration(path: string, authorizationServer: string): string {
  return `kind: source
name: contacts
type: sqlite
database: ${path}
---
kind: authService
name: bench
type: generic
mcpEnabled: true
authorizationServer: ${authorizationServer}
audience: bench
scopesRequired:
  - mcp:read
---
kind: tool
name: read
type: sqlite-sql
source: contacts
description: Reads a contact by its id.
parameters:
  - name: id
    type: string
    description: The id.
statement: SELECT * FROM contact WHERE id = ?
`;
}

async function waitFor(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answers = await fetch(url, { method: 'POST' }).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('the peer did not start');
}
