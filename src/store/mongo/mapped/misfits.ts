import type { Misfit } from '../../mapping.ts';
import { commandOptions, type MongoModel, type Scope } from '../database.ts';
import { fitsAt, isAbsent, isRow, type Mapped } from './mapped-model.ts';

/** What in the documents of a mapped model does not fit, counted by the server. How deep and long embedded documents are is not looked at. */
export async function misfitsOf(scope: Scope, model: MongoModel & { readonly mapped: Mapped }): Promise<Misfit[]> {
  const { mapped, collection, name } = model;
  const misfits: Misfit[] = [];
  for (const [field, place] of mapped.places) {
    const isMisfit =
      field === 'id'
        ? { $nor: [isRow(mapped)] }
        : { $expr: { $and: [{ $not: [isAbsent(place)] }, { $not: [fitsAt(place)] }] } };
    const pipeline = [{ $match: isMisfit }, { $group: { _id: null, count: { $sum: 1 }, example: { $first: '$_id' } } }];
    const [found] = await collection
      .aggregate<{ count: number; example: unknown }>(pipeline, commandOptions(scope))
      .toArray();
    if (!found) continue;
    misfits.push({ model: name, field, path: place.path, example: idText(found.example), count: found.count });
  }
  return misfits;
}

/** An `_id` of any type, for people: 100 characters at most. */
export function idText(_id: unknown): string {
  const text = typeof _id === 'object' && _id !== null && !('toHexString' in _id) ? JSON.stringify(_id) : String(_id);
  return text.slice(0, 100).toWellFormed();
}
