import type { z } from 'zod';
import type { ConfigFault } from './config-fault.ts';
import { describeIssue } from './describe-issue.ts';
import { didYouMean } from './nearest.ts';

/** Settings with their defaults, or every fault in them with its path. */
export type CheckedSettings<T> =
  | { readonly value: T; readonly faults?: undefined }
  | { readonly value?: undefined; readonly faults: readonly ConfigFault[] };

/** Checks a part of the config against its schema. `path` is where in the config the part is. */
export function checkSettings<S extends z.ZodType>(input: {
  schema: S;
  value: unknown;
  path: readonly PropertyKey[];
}): CheckedSettings<z.output<S>> {
  const { schema, value, path } = input;
  const parsed = schema.safeParse(value, { error: describeIssue });
  if (parsed.success) return { value: parsed.data };
  return {
    faults: parsed.error.issues.flatMap((issue): ConfigFault[] => {
      if (issue.code !== 'unrecognized_keys') return [{ path: [...path, ...issue.path], message: issue.message }];
      const known = keysAt(schema, issue.path);
      return issue.keys.map(key => ({ path: [...path, ...issue.path, key], message: unknownKey(key, known) }));
    }),
  };
}

/** Says that a name is not known here, with the one that was probably meant, or with all where there are few. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = didYouMean(key, known);
  const choices = !meant && known.length > 0 && known.length <= 12 ? ` Expected one of ${known.join(', ')}.` : '';
  return `There is no setting ${key}.${meant || choices}`;
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = schema._zod as { def: SchemaParts };
  if (def.innerType) return keysAt(def.innerType, path);
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(def.shape ?? {});
  const next = def.shape?.[String(key)] ?? def.element ?? def.valueType;
  return next ? keysAt(next, rest) : [];
}

/** What schemas of several kinds have inside. */
interface SchemaParts {
  /** Of optional, default, nullable, readonly. */
  readonly innerType?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
}
