import { defineErrors } from '../../src/index.ts';

/** What the commands of this plugin refuse with. */
export const webhookErrors = defineErrors({
  WEBHOOK_INVALID: {
    message: 'The webhook cannot be made like this.',
    status: 400,
    audience: 'operator',
    solve: 'The message names every option that does not fit, and what it expects.',
  },
  WEBHOOK_NOT_FOUND: {
    message: 'There is no such webhook.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse webhook list` shows the webhooks with their ids.',
  },
  WEBHOOK_DISABLED: {
    message: 'The webhook is disabled, so nothing is sent.',
    status: 409,
    audience: 'operator',
    solve: 'Enable it first: `gatehouse webhook enable`.',
  },
  DELIVERY_NOT_FOUND: {
    message: 'There is no such delivery.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse webhook deliveries` shows the deliveries with their ids.',
  },
});
