import { defineErrors } from '../errors.ts';

/** What the command line's own commands refuse. They leave with exit code 1. */
export const cliErrors = defineErrors({
  ADDRESS_NOT_AVAILABLE: {
    message: 'The server cannot listen there.',
    status: 500,
    audience: 'operator',
    solve: 'End the process that has the port, or choose another address with HOST and PORT or in `server`.',
  },
  FILE_EXISTS: {
    message: 'Nothing was written: there are files already.',
    status: 409,
    audience: 'operator',
    solve: 'Use an empty folder, or move the files that the message names.',
  },
  FILES_NOT_WRITTEN: {
    message: 'The files cannot be written there.',
    status: 500,
    audience: 'operator',
    solve: 'Name a folder that is yours to write to; the message says what is in the way.',
  },
  USER_UNKNOWN: {
    message: 'There is no such user.',
    status: 404,
    audience: 'operator',
    solve: 'gatehouse user list names them.',
  },
  MODEL_UNKNOWN: {
    message: 'There is no such model.',
    status: 404,
    audience: 'operator',
    solve: 'gatehouse model list names them.',
  },
  GROUP_UNKNOWN: {
    message: 'There is no such group.',
    status: 404,
    audience: 'operator',
    solve: 'gatehouse group list names them.',
  },
  SECRET_NOT_READ: {
    message: 'No secret was given.',
    status: 400,
    audience: 'operator',
    solve: 'Type it on a terminal, or give it on standard input with --stdin.',
  },
  TRIAL_INVALID: {
    message: 'This cannot be tried.',
    status: 400,
    audience: 'operator',
    solve: 'The message says what was expected; see gatehouse policy --help.',
  },
  POLICY_CASES_INVALID: {
    message: 'The file of expected verdicts cannot be used.',
    status: 400,
    audience: 'operator',
    solve: 'The message names every fault with its place; docs/policies.md shows what a file looks like.',
  },
  IMPORT_FILE_INVALID: {
    message: 'The file cannot be imported.',
    status: 400,
    audience: 'operator',
    solve: 'The message names the place and what was expected there.',
  },
  IMPORT_ROWS_INVALID: {
    message: 'Some rows do not fit. Nothing was stored.',
    status: 400,
    audience: 'operator',
    solve: 'Correct the rows and fields that are listed and run the import again.',
  },
  IMPORT_CUT_SHORT: {
    message: 'The import stopped before its end. The rows before that are stored.',
    status: 500,
    audience: 'operator',
    solve: 'Run the same command again: it goes on where it stopped and stores no row twice.',
  },
  INTROSPECTION_INVALID: {
    message: 'There is nothing that models could be made of.',
    status: 400,
    audience: 'operator',
    solve: 'Name a MongoDB with --uri, its database with --database, and collections that hold documents.',
  },
  MIGRATION_SOURCE_INVALID: {
    message: 'There is nothing that could be copied.',
    status: 400,
    audience: 'operator',
    solve: 'Name the store that the server has used until now in --from.',
  },
  MIGRATION_TARGET_IN_USE: {
    message: 'The target holds other data. Nothing was copied.',
    status: 409,
    audience: 'operator',
    solve: 'Name an empty database in --to.',
  },
  MIGRATION_SOURCE_CHANGED: {
    message: 'The source was written to while it was copied.',
    status: 409,
    audience: 'operator',
    solve: 'Stop every server and job on the source, then run the same command with an empty target.',
  },
  MIGRATION_CUT_SHORT: {
    message: 'The copying stopped before its end.',
    status: 500,
    audience: 'operator',
    solve: 'Run the same command again: it goes on where it stopped and copies no record twice.',
  },
  MIGRATION_NOT_EQUAL: {
    message: 'The target is not equal to the source.',
    status: 500,
    audience: 'operator',
    solve: 'Use the source on. See that nothing writes to the target, and migrate again into an empty one.',
  },
});
