import type { Request } from 'express';

/**
 * Makes a request look as if it had come to `publicUrl` directly: oidc-provider builds the addresses of its endpoints
 * from the request, and none of what a client or a proxy sends may get into them.
 */
export function pinAddress(request: Request, publicUrl: string): void {
  const { host, protocol } = new URL(publicUrl);
  const target = URL.parse(request.originalUrl, publicUrl);
  const path = target ? `${target.pathname}${target.search}` : '/';
  request.url = path;
  request.originalUrl = path;
  request.headers.host = host;
  request.headers['x-forwarded-host'] = host;
  request.headers['x-forwarded-proto'] = protocol.replace(':', '');
}
