import { defineErrors } from '../../src/index.ts';

/** What this plugin refuses with. OAuth's own endpoints use the names of the RFCs instead. */
export const oauthErrors = defineErrors({
  INTERACTION_NOT_FOUND: {
    message: 'This sign-in has expired, is over, or was begun in another browser.',
    status: 404,
    audience: 'caller',
    solve: 'Connect again from the app.',
  },
  OAUTH_REQUEST_REFUSED: {
    message: 'The authorization server has refused a request.',
    status: 400,
    audience: 'caller',
    solve: 'The reason in the log names the error of the RFC and what was wrong.',
  },
});
