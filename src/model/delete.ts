import { kernelErrors } from '../errors.ts';
import { all, equals } from '../store/condition.ts';
import type { Row, WriteOperation } from '../store/port.ts';
import { decodeRows } from './decode.ts';
import { type Deletion, planDeletion } from './deletion-plan.ts';
import type { DeleteInput, OutRecord } from './environment.ts';
import { readForChange } from './read-for-change.ts';
import { changeStamp } from './record-stamp.ts';
import { plainIds, type RecordsContext, requireOperation, ruleFor, tellReached, tellShown } from './records-context.ts';
import { retryConflict } from './retry-conflict.ts';
import { type PlannedChange, writeBatch } from './write-batch.ts';

interface DeleteRequest extends DeleteInput {
  readonly ids: readonly string[];
}

interface Deleted {
  readonly deleted: OutRecord[];
  /** Records that went with them, as far as the caller may see them. */
  readonly alsoDeleted: number;
  /** Records that the caller may see and that have lost a reference. */
  readonly cleared: number;
  /** Stands for all of these records in their versions. */
  readonly plan: string;
}

/**
 * Deletes records with what refers to them: references are cleared, or the records that hold them deleted as well where
 * the caller could delete them itself, or all of it is refused (RECORD_IN_USE). All or nothing.
 */
export async function remove(context: RecordsContext, request: DeleteRequest): Promise<Deleted> {
  requireOperation(context, 'delete');
  const ids = plainIds(context, request.ids);
  if (ids.length === 0) return { deleted: [], alsoDeleted: 0, cleared: 0, plan: '' };
  return retryConflict(() => attempt(context, { ...request, ids }));
}

async function attempt(context: RecordsContext, request: DeleteRequest): Promise<Deleted> {
  const { ids, versions, dryRun = false } = request;
  const rows = await readForChange({ context, ids, operation: 'delete', versions });
  const plan = await planDeletion({ context, rows });
  if (request.plan !== undefined && request.plan !== plan.fingerprint) {
    throw kernelErrors.RECORD_CHANGED({
      message: 'What would be deleted has changed in between. Nothing was deleted.',
    });
  }
  const deleted = await decodeRows({ context, rows, fields: context.access.briefFields });
  if (dryRun) tellShown(context, { ids, fields: [] });
  else {
    await writeBatch({ context, operations: operationsOf(context, plan), changes: changesOf(context, plan) });
    tell(context, plan);
  }
  return {
    deleted,
    alsoDeleted: plan.visiblyRemoved,
    cleared: plan.visiblyCleared,
    plan: plan.fingerprint,
  };
}

/** Everything is removed and cleared only if it still is as the plan has seen it. */
function operationsOf(context: RecordsContext, plan: Deletion): WriteOperation[] {
  const { parts, accessOf } = context;
  const stamp = changeStamp(parts, parts.principal.user.login);
  const cleared = plan.cleared.map(
    ({ model, row, set }): WriteOperation => ({
      kind: 'update',
      model,
      where: all(equals('id', row.id), equals('version', row.version)),
      set: { ...set, ...stamp },
      expect: 1,
    }),
  );
  const removed = plan.removed.map(({ model, row }): WriteOperation => {
    const access = accessOf(model);
    const rule = access ? ruleFor({ ...context, access }, 'delete') : ruleFor(context, 'delete');
    return {
      kind: 'remove',
      model,
      where: all(equals('id', row.id), equals('version', row.version), rule),
      expect: 1,
    };
  });
  return [...cleared, ...removed];
}

function tell(context: RecordsContext, plan: Deletion): void {
  const { parts } = context;
  for (const { model, operation, records } of changesOf(context, plan)) {
    const ids = records.map(({ id }) => id);
    const registered = parts.registry.get(model);
    if (registered) tellReached({ ...context, model: registered }, { operation, ids, fields: [] });
    parts.onChange?.({ model, operation, ids, principal: parts.principal });
  }
}

/** By model: what loses a reference, then what goes. */
function changesOf({ parts }: RecordsContext, plan: Deletion): PlannedChange[] {
  const { principal } = parts;
  return (['write', 'delete'] as const).flatMap(operation => {
    const rows: readonly { model: string; row: Row }[] = operation === 'write' ? plan.cleared : plan.removed;
    return [...Map.groupBy(rows, ({ model }) => model)].map(([model, named]) => ({
      model,
      operation,
      records: named.map(({ row: { id, version } }) => ({ id, version: version + 1 })),
      principal,
    }));
  });
}
