import { defineErrors } from '../errors.ts';

/** What the outbox refuses. */
export const mailErrors = defineErrors({
  MAIL_INVALID: {
    message: 'The message cannot be sent as it is.',
    status: 400,
    audience: 'operator',
    solve: 'Use plain addresses such as name@example.com, and a subject on one line.',
  },
});
