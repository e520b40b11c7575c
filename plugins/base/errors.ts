import { defineErrors } from '../../src/index.ts';

/** What the commands of this plugin say when they cannot be carried out. */
export const baseErrors = defineErrors({
  USER_NOT_FOUND: {
    message: 'There is no user with this login.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse user list` shows the users; `gatehouse user create` makes one.',
  },
  GROUP_NOT_FOUND: {
    message: 'There is no group of this name.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse group list` shows the groups; the config file or `gatehouse group create` makes one.',
  },
  TIME_ZONE_UNKNOWN: {
    message: 'There is no such time zone.',
    status: 400,
    audience: 'operator',
    solve: 'Use an IANA name, such as Europe/Berlin or UTC.',
  },
});
