import { type GatehouseError, kernelErrors } from '../errors.ts';

/** The one refusal for a model that does not exist and for one that the caller may not use. */
export function modelNotAvailable(name: string): GatehouseError {
  const model = name.slice(0, 100).toWellFormed();
  return kernelErrors.MODEL_NOT_AVAILABLE({
    message: `There is no model "${model}", or you may not use it.`,
    data: { model },
  });
}
