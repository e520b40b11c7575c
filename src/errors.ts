/** What one error code means. Codes never change meaning; `docs/errors.md` is checked against these tables. */
export interface ErrorSpec {
  /** Default text for the audience. Never names internals. */
  readonly message: string;
  /** HTTP status where the error becomes an HTTP answer of its own. */
  readonly status: number;
  /** Who can solve it: the one who calls, or the one who runs the server. */
  readonly audience: 'caller' | 'operator';
  /** How to solve it, one sentence. */
  readonly solve: string;
}

/** The particulars of one occurrence. */
export interface ErrorParts {
  /** Said to the caller instead of the table's text. */
  message?: string;
  /** For the log only; never leaves the server. */
  detail?: string;
  /** Said to the caller, machine readable. */
  data?: Readonly<Record<string, unknown>>;
  /** HTTP headers that go with the refusal, such as `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/**
 * The one error class of Gatehouse. `publicMessage` and `data` may reach the caller, `detail` and `cause` go to the
 * log alone.
 */
export class GatehouseError extends Error {
  readonly code: string;
  /** Its row in the table of codes. */
  readonly spec: ErrorSpec;
  readonly status: number;
  readonly audience: 'caller' | 'operator';
  readonly publicMessage: string;
  readonly detail: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(code: string, spec: ErrorSpec, parts: ErrorParts = {}) {
    const publicMessage = parts.message ?? spec.message;
    super(parts.detail ? `${publicMessage} (${parts.detail})` : publicMessage, { cause: parts.cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.spec = spec;
    this.status = spec.status;
    this.audience = spec.audience;
    this.publicMessage = publicMessage;
    this.detail = parts.detail;
    this.data = parts.data;
    this.headers = parts.headers;
  }
}

/** Makes one occurrence of an error; `spec` is its row in the table. */
export type ErrorFactory = ((parts?: ErrorParts) => GatehouseError) & {
  readonly code: string;
  readonly spec: ErrorSpec;
};

/**
 * Turns a table of codes into one factory a code: `throw errors.DOMAIN_INVALID({ message: '…' })`.
 * A module has one table, in its `errors.ts`.
 */
export function defineErrors<const T extends Readonly<Record<string, ErrorSpec>>>(
  table: T,
): { readonly [K in keyof T]: ErrorFactory } {
  const factories: Record<string, ErrorFactory> = {};
  for (const [code, spec] of Object.entries(table)) {
    const make = (parts?: ErrorParts) => new GatehouseError(code, spec, parts);
    const factory = spec.audience === 'caller' ? (parts?: ErrorParts) => withoutStack(() => make(parts)) : make;
    factories[code] = Object.assign(factory, { code, spec });
  }
  return factories as { readonly [K in keyof T]: ErrorFactory };
}

/** The same error with these headers instead of its own. */
export function withHeaders(error: GatehouseError, headers: NonNullable<ErrorParts['headers']>): GatehouseError {
  const { code, spec, publicMessage: message, detail, data, cause } = error;
  const parts = { message, headers, cause, ...(detail !== undefined && { detail }), ...(data && { data }) };
  return withoutStack(() => new GatehouseError(code, spec, parts));
}

/** Whether `error` is a GatehouseError with this code. */
export function hasCode(error: unknown, code: string): error is GatehouseError {
  return error instanceof GatehouseError && error.code === code;
}

/**
 * What a caller did wrong is said by code and message; where in the server it was noticed is of no use to anybody, and
 * finding that out is the dearest part of a refusal. Errors for the operator keep their stack.
 */
function withoutStack(make: () => GatehouseError): GatehouseError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** The kernel's own codes. */
export const kernelErrors = defineErrors({
  // the call
  UNAUTHENTICATED: {
    message: 'Authentication is required.',
    status: 401,
    audience: 'caller',
    solve: 'Send a valid credential in the Authorization header.',
  },
  INVALID_ARGUMENTS: {
    message: 'The arguments do not fit this tool.',
    status: 400,
    audience: 'caller',
    solve: "Compare the arguments with the tool's input schema.",
  },
  UNKNOWN_TOOL: {
    message: 'There is no such tool, or you may not use it.',
    status: 404,
    audience: 'caller',
    solve: 'List the tools; ask an admin if one is missing.',
  },
  INPUT_STATE_INVALID: {
    message: 'Invalid or expired requestState.',
    status: 400,
    audience: 'caller',
    solve: 'Call the tool again without requestState.',
  },
  CONFIRMATION_INVALID: {
    message: 'The confirmation does not count for this call. Nothing was changed.',
    status: 409,
    audience: 'caller',
    solve: 'Make the call without confirmation: its answer says what would happen and carries a new token.',
  },
  CONFIRMATION_DECLINED: {
    message: 'The user did not agree. Nothing was changed.',
    status: 409,
    audience: 'caller',
    solve: 'Leave it, or ask the user what to do instead.',
  },
  UNKNOWN_METHOD: {
    message: 'There is no such method.',
    status: 404,
    audience: 'caller',
    solve: 'Use a method of the protocol revision that you speak.',
  },
  UNKNOWN_PROMPT: {
    message: 'There is no such prompt.',
    status: 404,
    audience: 'caller',
    solve: 'List the prompts.',
  },
  RESOURCE_NOT_FOUND: {
    message: 'There is no such resource, or you may not use it.',
    status: 404,
    audience: 'caller',
    solve: 'List the resources; ask an admin if one is missing.',
  },
  INTERNAL: {
    message: 'The server could not carry out this call. The operator finds the reason in the log.',
    status: 500,
    audience: 'operator',
    solve: "Look up the call's id in the server's log.",
  },
  AUDIT_UNAVAILABLE: {
    message: 'The call cannot be recorded, so it is not carried out. Try again later.',
    status: 503,
    audience: 'operator',
    solve: 'Make the audit store writable again.',
  },
  // models, fields, domains, values
  MODEL_NOT_AVAILABLE: {
    message: 'There is no such model, or you may not use it.',
    status: 404,
    audience: 'caller',
    solve: 'Call list_models for what you can use; ask an admin for a permission.',
  },
  OPERATION_NOT_ALLOWED: {
    message: 'You may not do this with this model.',
    status: 403,
    audience: 'caller',
    solve: 'Ask an admin for the permission that the message names.',
  },
  FIELD_NOT_AVAILABLE: {
    message: 'There is no such field, or you may not use it.',
    status: 400,
    audience: 'caller',
    solve: 'Call describe_model for the fields that you can use.',
  },
  DOMAIN_INVALID: {
    message: 'The domain is not valid.',
    status: 400,
    audience: 'caller',
    solve: 'The message names the position and what was expected there.',
  },
  VALUES_INVALID: {
    message: 'Some values do not fit their fields.',
    status: 400,
    audience: 'caller',
    solve: 'The data lists every faulty field and what it expects; nothing was stored.',
  },
  RECORD_NOT_FOUND: {
    message: 'There is no such record, or you may not use it.',
    status: 404,
    audience: 'caller',
    solve: 'Search for the record again.',
  },
  RECORD_CHANGED: {
    message: 'The record was changed in between.',
    status: 409,
    audience: 'caller',
    solve: 'Read the record again and repeat the change with its new version.',
  },
  RULE_VIOLATED: {
    message: 'The change would put the record out of your reach.',
    status: 403,
    audience: 'caller',
    solve: 'Choose values that your record rules allow, or ask an admin.',
  },
  RECORD_NOT_WRITABLE: {
    message:
      'The record cannot be changed like that: its document in the database is not of the form that the model expects. Nothing was changed.',
    status: 409,
    audience: 'caller',
    solve: 'Leave out the field that shows no value, or ask an admin: `gatehouse doctor` tells what does not fit.',
  },
  RECORD_IN_USE: {
    message: 'Other records refer to this one.',
    status: 409,
    audience: 'caller',
    solve: 'Change or delete the records that refer to it first.',
  },
  // the store
  VALUE_NOT_UNIQUE: {
    message: 'The value is already used.',
    status: 409,
    audience: 'caller',
    solve: 'Choose another value for the field that the message names.',
  },
  STORE_CONFLICT: {
    message: 'The data changed while the call was running. Nothing was stored.',
    status: 409,
    audience: 'caller',
    solve: 'Read again and repeat the call.',
  },
  STORE_UNAVAILABLE: {
    message: 'The database cannot be reached at the moment. Nothing was changed.',
    status: 503,
    audience: 'operator',
    solve: 'Bring the database back; service resumes by itself.',
  },
  STORE_NO_TRANSACTIONS: {
    message:
      'This database has no transactions, so several records cannot be changed all or nothing. Change one at a time.',
    status: 501,
    audience: 'operator',
    solve: 'Use SQLite, a MongoDB replica set or a sharded cluster; `gatehouse doctor` tells what the store can do.',
  },
  QUERY_TIMEOUT: {
    message: 'The query took longer than the server allows.',
    status: 503,
    audience: 'caller',
    solve: 'Narrow the domain, prefer indexed fields, or ask for less.',
  },
  VALUE_NOT_STORABLE: {
    message: 'The value holds a character that cannot be stored (U+0000 or half a surrogate pair).',
    status: 400,
    audience: 'caller',
    solve: 'Remove the character.',
  },
  // starting
  CONFIG_INVALID: {
    message: 'The configuration is not valid.',
    status: 500,
    audience: 'operator',
    solve: 'Every fault is listed with file and line.',
  },
  PLUGIN_INVALID: {
    message: 'The plugins do not fit together.',
    status: 500,
    audience: 'operator',
    solve: 'The message names the plugins.',
  },
});
