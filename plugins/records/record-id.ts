import { z } from 'zod';

const shape = /^[A-Za-z0-9_.-]{1,128}\/[0-9a-f]{24}$/;

/** The schema of a public id: `model/id`. */
export const recordId = z
  .string()
  .regex(shape, 'expected a record id as search gives it, model/id, such as crm.partner/65f0a1b2c3d4e5f601234567');

/** Public ids, each once. */
export function recordIds(max: number) {
  return z
    .array(recordId)
    .min(1)
    .max(max)
    .refine(ids => new Set(ids).size === ids.length, 'names the same record twice');
}

/** Public ids of records of one model, each once. */
export function recordIdsOfOneModel(max: number) {
  return recordIds(max).refine(
    ids => ids.every(id => modelOf(id) === modelOf(ids[0] ?? '')),
    'names records of several models; one call changes records of one model',
  );
}

/** The model that a public id names. */
export function modelOf(publicId: string): string {
  return publicId.slice(0, publicId.indexOf('/'));
}

/** The ids by model, models in the order in which they are first named. */
export function byModel(publicIds: readonly string[]): Map<string, string[]> {
  return Map.groupBy(publicIds, modelOf);
}
