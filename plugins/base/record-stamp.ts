import type { Runtime } from '../../src/index.ts';

/** What a record written by the server itself, past the environment, says about when and by whom. */
export function recordStamp(runtime: Runtime, by = 'system') {
  const now = new Date(runtime.now()).toISOString();
  return { createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
}
