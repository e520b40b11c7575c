import { kernelErrors } from '../../errors.ts';
import { conjunction, type Filter } from './compile.ts';
import { type MongoModel, storedField } from './database.ts';

/** The rows to which these numbers can be added with a result that the fields can hold. */
export function withinRange(model: MongoModel, add: Readonly<Record<string, number>>): Filter {
  return conjunction(
    Object.entries(add).map(([name, value]) => {
      const { type } = storedField(model, name);
      if (type !== 'integer' && type !== 'float') throw new TypeError(`${model.name}.${name} is not a number`);
      const most = type === 'integer' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
      const fits = value < 0 ? { $gte: -most - value } : { $lte: most - value };
      return { $or: [{ [name]: { $eq: null } }, { [name]: fits }] };
    }),
  );
}

/** VALUE_NOT_STORABLE: a row matched, but not within the range. */
export function outOfRange(model: MongoModel, add: Readonly<Record<string, number>>): Error {
  const [field] = Object.keys(add);
  return kernelErrors.VALUE_NOT_STORABLE({
    message: `The sum is beyond what \`${field}\` can hold.`,
    data: { model: model.name, field },
  });
}
