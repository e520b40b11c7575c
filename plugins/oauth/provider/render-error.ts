import type { Configuration } from 'oidc-provider';

/** Says what is wrong where no client can be told: nobody is sent on to an address that is not known to be the client's. */
export const renderError: NonNullable<Configuration['renderError']> = async (ctx, { error, error_description }) => {
  ctx.type = 'text/plain';
  ctx.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  ctx.body = `${error}${error_description === undefined ? '' : `: ${error_description}`}\n`;
};
