import {
  type AuditEntry,
  type AuditSink,
  kernelErrors,
  type Runtime,
  type WriteOperation,
} from '../../../src/index.ts';
import { type AuditContent, auditContent } from './audit-row.ts';
import { createChain } from './chain.ts';
import { createGroupCommit } from './group-commit.ts';

/** The log that every answer waits for. */
export interface AuditLog {
  /** Resolves when the entry is durable; AUDIT_UNAVAILABLE where it cannot be written or too many wait. */
  write(entry: AuditEntry): Promise<void>;
  drained(): Promise<void>;
}

const model = 'security.audit-entry';
const maxBatch = 1_000;
const maxWaiting = 20_000;

export function createAuditLog(
  runtime: Runtime,
  defer: (run: () => void) => void = run => setImmediate(run),
): AuditLog {
  let chain = createChain(runtime.newId());

  async function write(contents: readonly AuditContent[]): Promise<void> {
    try {
      const operations = contents.map((content): WriteOperation => {
        return { kind: 'insert', model, row: { id: runtime.newId(), ...chain.add(content) } };
      });
      await runtime.store.write(operations, { atomic: false });
    } catch (thrown) {
      // Nobody knows how much of the batch is stored: what follows begins a chain of its own.
      chain = createChain(runtime.newId());
      throw kernelErrors.AUDIT_UNAVAILABLE({ cause: thrown });
    }
  }

  const commit = createGroupCommit<AuditContent>({
    write,
    defer,
    maxBatch,
    maxWaiting,
    refuse: () => kernelErrors.AUDIT_UNAVAILABLE({ detail: `${maxWaiting} entries are waiting to be written` }),
  });
  return { write: entry => commit.add(auditContent(entry)), drained: commit.drained };
}

/** The log as the pipeline knows it. Before it is there, no call is answered. */
export function auditSink(log: () => AuditLog | undefined): AuditSink {
  return {
    name: 'audit log',
    write: entry => log()?.write(entry) ?? Promise.reject(kernelErrors.AUDIT_UNAVAILABLE({ detail: 'not started' })),
  };
}
