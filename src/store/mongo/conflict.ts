import { type GatehouseError, kernelErrors } from '../../errors.ts';

/** STORE_CONFLICT: the operation at `index` matched another number of rows than was expected. */
export function conflict(data: { index: number; matched: number }): GatehouseError {
  return kernelErrors.STORE_CONFLICT({ data });
}
