import type { IncomingHttpHeaders } from 'node:http';
import type { ServerSettings } from '../config/define-config.ts';
import type { GatehouseError } from '../errors.ts';
import { serverErrors } from './errors.ts';

/** Which names this server answers to, and which pages may call it. */
export interface OriginGuard {
  /**
   * Refuses a request whose `Host` is not one of ours or whose `Origin`, where one is sent, is not one of ours: a page
   * that has made its own name resolve to this machine (DNS rebinding) sends both as its own.
   */
  check(headers: IncomingHttpHeaders): GatehouseError | undefined;
  /** The headers that let the page read the answer; none where no Origin was sent. Only after `check`. */
  corsHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>>;
}

/** `port` is the one that is listened on. */
export function createOriginGuard(settings: ServerSettings, port: number): OriginGuard {
  const ownNames = loopbackNames(settings.host).map(name => `${name}:${port}`);
  const publicUrl = new URL(settings.publicUrl);
  const hosts = new Set([...ownNames, ...withPort(publicUrl)]);
  // Port 80 is left out of a Host header.
  if (port === 80) for (const name of loopbackNames(settings.host)) hosts.add(name);
  const anyPort = new Set<string>();
  for (const host of settings.allowedHosts) (/:\d+$/.test(host) ? hosts : anyPort).add(host.toLowerCase());
  const origins = new Set([publicUrl.origin, ...settings.allowedOrigins.map(origin => new URL(origin).origin)]);
  for (const name of ownNames) origins.add(new URL(`http://${name}`).origin);

  return {
    check({ host, origin }) {
      const name = host?.toLowerCase() ?? '';
      if (!hosts.has(name) && !anyPort.has(name.replace(/:\d+$/, ''))) return serverErrors.HOST_NOT_ALLOWED();
      if (origin !== undefined && !origins.has(origin)) return serverErrors.ORIGIN_NOT_ALLOWED();
      return undefined;
    },
    corsHeaders({ origin }): Readonly<Record<string, string>> {
      if (origin === undefined) return {};
      return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposed, Vary: 'Origin' };
    },
  };
}

/** What a browser asks before it lets a page call. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, DPoP, Content-Type, Accept, X-API-Key, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID, traceparent',
  'Access-Control-Max-Age': '600',
};

const exposed =
  'WWW-Authenticate, Mcp-Session-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After';

/** The loopback names under which a server that listens on `host` is reached. */
function loopbackNames(host: string): readonly string[] {
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const isEveryAddress = host === '0.0.0.0' || host === '::';
  if (!isLoopback && !isEveryAddress) return [];
  return ['localhost', '127.0.0.1', '[::1]'];
}

/** A Host header may name the scheme's own port or leave it out. */
function withPort({ protocol, host, port, hostname }: URL): readonly string[] {
  return port === '' ? [host, `${hostname}:${protocol === 'https:' ? 443 : 80}`] : [host];
}
