import { defineErrors } from '../../src/index.ts';

/** What commands and sign-in of this plugin refuse with. */
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
  PASSWORD_WEAK: {
    message: 'The password is too easy to guess.',
    status: 400,
    audience: 'operator',
    solve: 'Take a longer one: four or more words that do not belong together, or one from a password manager.',
  },
  PASSWORDS_DIFFER: {
    message: 'The two passwords are not the same. Nothing was changed.',
    status: 400,
    audience: 'operator',
    solve: 'Type it again, twice the same.',
  },
  SECOND_FACTOR_MISSING: {
    message: 'The user has no second factor.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse user totp enrol LOGIN` gives the user one.',
  },
  SIGN_IN_BUSY: {
    message: 'Too many people are signing in at the moment. Try again in a minute.',
    status: 503,
    audience: 'caller',
    solve: 'Try again in a minute.',
  },
});
