import { GatehouseError } from '../../errors.ts';
import type { Runtime } from '../../plugin/scope.ts';
import type { Misfit } from '../../store/port.ts';
import type { Finding } from './finding.ts';

const check = 'collections';

/** Whether the documents of others fit the models mapped onto them. Nothing, where no model is mapped. */
export async function checkMapped({ registry, store }: Pick<Runtime, 'registry' | 'store'>): Promise<Finding[]> {
  const mapped = registry.all().filter(({ stored }) => stored.mapping);
  if (mapped.length === 0) return [];
  let misfits: readonly Misfit[];
  try {
    misfits = await store.misfits();
  } catch (thrown) {
    if (!(thrown instanceof GatehouseError) || thrown.code !== 'QUERY_TIMEOUT') throw thrown;
    const message = 'Looking through the collections of mapped models took longer than a query may.';
    return [{ check, status: 'warn', message, solve: 'Raise server.queryTimeLimit for once, and run this again.' }];
  }
  if (misfits.length === 0) {
    const names = mapped.map(({ name }) => name).join(', ');
    return [{ check, status: 'ok', message: `Every document fits its model: ${names}.` }];
  }
  return misfits.map(misfit => ({ check, status: 'warn', message: sentence(misfit), solve: solutionOf(misfit) }));
}

function sentence({ model, field, path, count, example }: Misfit): string {
  const what = field === 'id' ? `${count} documents are no records for their _id` : `${count} values do not fit`;
  return `${model}.${field} (${path}): ${what}; one is in ${example}.`;
}

function solutionOf({ field }: Misfit): string {
  return field === 'id'
    ? 'They are not shown. Set collection.id to what most of them have.'
    : 'They show as missing and are never overwritten. Correct them, or map the field as what they are.';
}
