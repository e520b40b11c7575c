import { defineErrors } from '../errors.ts';

/** What the scheduler refuses. */
export const jobErrors = defineErrors({
  JOB_UNKNOWN: {
    message: 'There is no such job.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse job list` names them.',
  },
  JOB_RUNNING: {
    message: 'The job is running already.',
    status: 409,
    audience: 'operator',
    solve: '`gatehouse job list` shows since when and where; wait for its end.',
  },
  JOB_ON_EVERY_INSTANCE: {
    message: 'The job works on the memory of each server, so it cannot be run from here.',
    status: 400,
    audience: 'operator',
    solve: 'Every server runs it by itself, when it is due.',
  },
});
