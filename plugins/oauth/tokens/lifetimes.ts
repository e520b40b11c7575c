/** Of an access token. */
export const accessTokenSeconds = 900;

/** By how much the clocks of instances, and of clients that sign, may differ. */
export const clockSkewSeconds = 30;

/** Of a refresh token that is not used; each use gives a new one. */
export const refreshTokenSeconds = 30 * 86_400;

/** ms for which a refresh token that was used may be used again: its answer may have got lost on the way. */
export const refreshGrace = 5_000;

/** Of an authorization code. */
export const codeSeconds = 60;

/** For a user to sign in and to agree. */
export const interactionSeconds = 1_800;
