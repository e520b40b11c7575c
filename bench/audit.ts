import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auditContent } from '../plugins/security/audit/audit-row.ts';
import { createChain } from '../plugins/security/audit/chain.ts';
