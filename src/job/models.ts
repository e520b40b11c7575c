import { defineModel } from '../model/define-model.ts';
import { field } from '../model/field.ts';

/*
 * The scheduler is the kernel's, and the kernel knows no plugin, so its models are the kernel's too: they are there
 * whichever plugins are on.
 */

export const jobModel = defineModel({
  name: 'gatehouse.job',
  label: 'Job',
  description: 'Work done by the clock: when it is due next, and the lease of the instance that does it now.',
  protected: true,
  fields: {
    name: field.char({ required: true, unique: true }),
    schedule: field.char({ required: true, help: 'Cron expression and time zone.' }),
    next_at: field.datetime({ required: true, label: 'Due next' }),
    run_id: field.char({ help: 'The run under way; empty: none.' }),
    due_at: field.datetime({ help: 'When the run under way was due; empty: started by hand.' }),
    holder: field.char({ help: 'The instance that does it.' }),
    lease_until: field.datetime({ help: 'When the lease ends unless it is renewed.' }),
    attempt: field.integer({ help: 'How often this run has been begun.' }),
  },
});

/** What became of each run; `run-log.ts` writes it. */
export const jobRunModel = defineModel({
  name: 'gatehouse.job-run',
  label: 'Run of a job',
  description: 'One run of a job: when, where, for how long, and how it ended. The last 100 of each job are kept.',
  protected: true,
  title: 'job',
  order: 'started_at desc',
  indexes: [['job', 'started_at']],
  fields: {
    job: field.char({ required: true }),
    by_hand: field.boolean(),
    holder: field.char({ help: 'The instance that did it.' }),
    attempt: field.integer(),
    due_at: field.datetime(),
    started_at: field.datetime({ required: true }),
    finished_at: field.datetime(),
    duration_ms: field.integer({ label: 'Duration', help: 'Milliseconds.' }),
    outcome: field.selection({
      options: {
        running: 'Running',
        ok: 'Done',
        failed: 'Failed',
        interrupted: 'Interrupted by a stop',
        abandoned: 'Abandoned: its instance went away',
      },
    }),
    error: field.text(),
  },
});
