import {
  type AuditEntry,
  type AuditSink,
  kernelErrors,
  type Runtime,
  type WriteOperation,
} from '../../../src/index.ts';
import { type AuditContent, auditContent } from './audit-row.ts';
import { type Chain, createChain } from './chain.ts';
import { type ChainRecord, createChainRecord } from './chain-record.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Removed, Tip } from './head.ts';
import { orderedIds } from './ordered-ids.ts';
import type { Signer } from './signer.ts';

/** The log that every answer waits for. */
export interface AuditLog {
  /** Resolves when the entry is durable; AUDIT_UNAVAILABLE where it cannot be written or too many wait. */
  write(entry: AuditEntry): Promise<void>;
  /** Entries that are not durable yet, at this moment. */
  waiting(): number;
  /** What is kept apart from the entries, brought up to date: call it every second. Once a day (UTC) it writes a head. */
  note(): Promise<void>;
  /** Writes a head that says what retention is about to take out. */
  retire(removed: readonly Removed[]): Promise<void>;
  /** Writes a head, and says which. */
  head(): Promise<Tip>;
  /** Waits for what is on its way, and writes the last head; where that fails, the log says so. */
  close(): Promise<void>;
}

interface Current {
  readonly chain: Chain;
  readonly record: ChainRecord;
}

const model = 'security.audit-entry';
const maxBatch = 1_000;
const maxWaiting = 20_000;

export function createAuditLog(parts: {
  runtime: Runtime;
  signer?: Signer | undefined;
  /** Told how many entries are about to be written together. */
  onGroup?: (entries: number) => void;
  /** Puts off the first batch of a burst; default `setImmediate`. */
  defer?: (run: () => void) => void;
}): AuditLog {
  const { runtime, signer, onGroup = () => {}, defer = run => setImmediate(run) } = parts;
  const newId = orderedIds(runtime);
  let current = begin();
  /** Chains that ended with a failed write and whose last head is not written yet. */
  let ending: { record: ChainRecord; attempted: number }[] = [];

  function begin(): Current {
    const chain = createChain(runtime.newId());
    return { chain, record: createChainRecord({ runtime, signer, chain: chain.id }) };
  }

  async function write(contents: readonly AuditContent[]): Promise<void> {
    const { chain, record } = current;
    onGroup(contents.length);
    try {
      await record.begin();
      const operations = contents.map((content): WriteOperation => {
        return { kind: 'insert', model, row: chain.add({ id: newId(), ...content }) };
      });
      await runtime.store.write(operations, { atomic: false });
      record.advance(chain.place());
    } catch (thrown) {
      const { sequence: attempted } = chain.place();
      if (attempted > 0) {
        // Nobody knows how much of the batch is stored: what follows begins a chain of its own.
        ending.push({ record, attempted });
        current = begin();
      }
      throw kernelErrors.AUDIT_UNAVAILABLE({ cause: thrown });
    }
  }

  async function endChains(): Promise<void> {
    for (const ended of ending) {
      await ended.record.head('end', { attempted: ended.attempted });
      ending = ending.filter(other => other !== ended);
    }
  }

  const commit = createGroupCommit<AuditContent>({
    write,
    defer,
    maxBatch,
    maxWaiting,
    refuse: () => kernelErrors.AUDIT_UNAVAILABLE({ detail: `${maxWaiting} entries are waiting to be written` }),
  });
  return {
    write: entry => commit.add(auditContent(entry)),
    waiting: commit.waiting,
    async note() {
      await endChains();
      const { record } = current;
      const last = record.lastHeadAt();
      if (last !== undefined && dayOf(last) !== dayOf(new Date(runtime.now()).toISOString()))
        await record.head('daily');
      else await record.note();
    },
    async retire(removed) {
      const { record } = current;
      await record.begin();
      await record.head('retention', { removed });
    },
    async head() {
      const { record } = current;
      await record.begin();
      await record.head('daily');
      return record.tip();
    },
    async close() {
      await commit.drained();
      try {
        await endChains();
        const { record } = current;
        if (record.lastHeadAt() !== undefined) await record.head('stop');
      } catch (thrown) {
        runtime.log.error({ err: thrown }, 'the last head of the audit log is not written');
      }
    },
  };
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** The log as the pipeline knows it. Before it is there, no call is answered. */
export function auditSink(log: () => AuditLog | undefined): AuditSink {
  return {
    name: 'audit log',
    write: entry => log()?.write(entry) ?? Promise.reject(kernelErrors.AUDIT_UNAVAILABLE({ detail: 'not started' })),
  };
}
