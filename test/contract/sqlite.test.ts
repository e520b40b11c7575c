import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeStoreContract } from './store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-contract-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeStoreContract('SQLite', { location: data => `sqlite:${join(folder, `${data}.db`)}` });
