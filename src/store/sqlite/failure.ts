import { GatehouseError, hasCode, kernelErrors } from '../../errors.ts';

/** An error on its way between two threads. */
export interface SentFailure {
  /** Left out: an error that is none of the kernel's. */
  readonly code?: keyof typeof kernelErrors;
  /** A TypeError: the store was used wrongly. */
  readonly isMistake?: boolean;
  readonly message: string;
  readonly detail?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** SQLite's primary result codes that mean: the file cannot be used now. */
const unavailable = new Map([
  [3, 'no permission'],
  [5, 'locked by another process'],
  [6, 'locked'],
  [7, 'out of memory'],
  [8, 'read-only'],
  [10, 'input or output error'],
  [11, 'damaged'],
  [13, 'disk full'],
  [14, 'cannot be opened'],
  [15, 'locking protocol'],
  [22, 'file too large'],
  [26, 'not a database'],
]);

const constraint = 19;
const constraintDatatype = 3091;

/** What an error of `node:sqlite` means to the port; anything else stays what it is. */
export function understood(error: unknown): unknown {
  if (error instanceof GatehouseError || !(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ERR_OUT_OF_RANGE') return outOfRange(error);
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error;
  const reason = unavailable.get(error.errcode & 0xff);
  if (reason) return kernelErrors.STORE_UNAVAILABLE({ detail: `SQLite: ${reason}: ${error.message}`, cause: error });
  if (error.errcode === constraintDatatype) return outOfRange(error);
  if ((error.errcode & 0xff) === constraint) return notUnique(error);
  return error;
}

function outOfRange(cause: Error): GatehouseError {
  return kernelErrors.VALUE_NOT_STORABLE({ message: 'The number is too large to be stored.', cause });
}

/** `UNIQUE constraint failed: crm.partner.email`, several fields separated by a comma. */
function notUnique(error: Error): unknown {
  const named = /^UNIQUE constraint failed: (.+)\.([^.]+)$/.exec(error.message);
  if (!named) return error;
  const [, model, field] = named;
  return kernelErrors.VALUE_NOT_UNIQUE({
    message: `The value of ${field} is already used.`,
    data: { model, field },
    cause: error,
  });
}

/** Whether the connection that threw this has to be opened anew. */
export function isUnavailable(error: unknown): boolean {
  return hasCode(error, 'STORE_UNAVAILABLE');
}

export function packFailure(error: unknown): SentFailure {
  if (error instanceof GatehouseError && isKernelCode(error.code)) {
    const { code, publicMessage: message, detail, data } = error;
    return { code, message, ...(detail === undefined ? {} : { detail }), ...(data === undefined ? {} : { data }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, isMistake: error instanceof TypeError };
}

export function unpackFailure({ code, isMistake, message, detail, data }: SentFailure): Error {
  if (code === undefined) return isMistake ? new TypeError(message) : new Error(message);
  return kernelErrors[code]({ message, ...(detail === undefined ? {} : { detail }), ...(data ? { data } : {}) });
}

function isKernelCode(code: string): code is keyof typeof kernelErrors {
  return Object.hasOwn(kernelErrors, code);
}
