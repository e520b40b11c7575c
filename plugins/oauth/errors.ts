import { defineErrors } from '../../src/index.ts';

/** What this plugin refuses with. OAuth's own endpoints use the names of the RFCs instead. */
export const oauthErrors = defineErrors({
  INTERACTION_NOT_FOUND: {
    message: 'This sign-in has expired, is over, or was begun in another browser.',
    status: 404,
    audience: 'caller',
    solve: 'Connect again from the app.',
  },
  FORM_INVALID: {
    message: 'This is no form of these pages.',
    status: 400,
    audience: 'caller',
    solve: 'Go back, load the page again and use its buttons.',
  },
  FORM_NOT_OURS: {
    message: 'This form is out of date, or does not come from this page. Nothing was done.',
    status: 403,
    audience: 'caller',
    solve: 'Go back, load the page again and repeat it; cookies have to be allowed.',
  },
  OAUTH_REQUEST_REFUSED: {
    message: 'The authorization server has refused a request.',
    status: 400,
    audience: 'caller',
    solve: 'The reason in the log names the error of the RFC and what was wrong.',
  },
  CLIENT_INVALID: {
    message: 'The client cannot be made like this.',
    status: 400,
    audience: 'operator',
    solve: 'The message names every option that does not fit, and what it expects.',
  },
  GRANT_NOT_FOUND: {
    message: 'There is no such client or grant.',
    status: 404,
    audience: 'operator',
    solve: '`gatehouse oauth clients` and `gatehouse oauth grants` show them with their ids.',
  },
});
