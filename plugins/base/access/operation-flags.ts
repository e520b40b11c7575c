import { type Operation, operations, type Row } from '../../../src/index.ts';

/** What an entry of the config or the store says about each operation. */
export type OperationFlags = Readonly<Partial<Record<Operation, unknown>>> | Row;

/** The operations that an entry grants: those that it says yes to. */
export function granted(flags: OperationFlags): Operation[] {
  return operations.filter(operation => flags[operation] === true);
}

/**
 * The operations that a record rule binds: those that it says yes to; where it says yes to none, all but those that
 * it says no to.
 */
export function bound(flags: OperationFlags): Operation[] {
  const named = granted(flags);
  return named.length > 0 ? named : operations.filter(operation => flags[operation] !== false);
}
