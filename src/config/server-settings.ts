import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { ConfigFault } from './config-fault.ts';
import type { ServerSettings } from './define-config.ts';
import { checkSettings } from './settings-faults.ts';

const port = z.int('Expected a port: a whole number from 0 to 65535.').min(0).max(65_535);
const milliseconds = z.int().min(1);

/** The `server` part of a config. The descriptions become docs/configuration.md. */
export const serverSchema = z.strictObject({
  host: z.string().min(1).optional().describe('Address to listen on. Default `HOST` or 127.0.0.1.'),
  port: port.optional().describe('Port to listen on; 0: any free one. Default `PORT` or 3000.'),
  publicUrl: z
    .string()
    .refine(isOrigin, 'Expected http:// or https://, a host and perhaps a port, without a path.')
    .optional()
    .describe('How clients reach the server, without a path. Default `http://<host>:<port>`.'),
  trustedProxies: z
    .array(z.string().refine(isAddressOrRange, 'Expected an address or a range such as 10.0.0.0/8.'))
    .default([])
    .describe('Addresses and ranges whose `X-Forwarded-For` is believed.'),
  allowedHosts: z
    .array(
      z
        .string()
        .regex(/^[^\s/*:]+(:\d+)?$|^\[[0-9a-fA-F:]+\](:\d+)?$/, 'Expected a host name, without a scheme or path.'),
    )
    .default([])
    .describe(
      'Further Host names that are served, beside that of `publicUrl`, and the loopback names when listening there.',
    ),
  allowedOrigins: z
    .array(z.string().refine(isOrigin, 'Expected an origin such as https://app.example.com, without a path.'))
    .default([])
    .describe('Further Origins whose pages may call, beside that of `publicUrl`.'),
  maxBodyBytes: z
    .int()
    .min(1024)
    .default(1024 * 1024)
    .describe('Bytes that a request body may have.'),
  queryTimeLimit: milliseconds.default(10_000).describe('Milliseconds that a query may take.'),
  shutdownTimeLimit: milliseconds.default(10_000).describe('Milliseconds to finish calls in flight when stopping.'),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info').describe('How much is logged.'),
});

/** The `server` part of a config with its defaults, `HOST` and `PORT` from the environment among them. */
export function serverSettings({ given, env }: { given: unknown; env: NodeJS.ProcessEnv }): {
  settings: ServerSettings | undefined;
  faults: readonly ConfigFault[];
} {
  const checked = checkSettings({ schema: serverSchema, value: given ?? {}, path: ['server'] });
  const envPort = env.PORT ? port.safeParse(/^\d+$/.test(env.PORT) ? Number(env.PORT) : Number.NaN) : undefined;
  const envFaults: ConfigFault[] = envPort?.success === false ? [environmentFault] : [];
  if (checked.faults) return { settings: undefined, faults: [...checked.faults, ...envFaults] };
  const { host = env.HOST || '127.0.0.1', port: givenPort, publicUrl, ...rest } = checked.value;
  const chosenPort = givenPort ?? envPort?.data ?? 3000;
  return {
    settings: { ...rest, host, port: chosenPort, publicUrl: originOf(publicUrl ?? address(host, chosenPort)) },
    faults: givenPort === undefined ? envFaults : [],
  };
}

const environmentFault: ConfigFault = {
  path: ['server', 'port'],
  message: 'PORT in the environment is not a port: expected a whole number from 0 to 65535.',
};

function address(host: string, portNumber: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${portNumber}`;
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return false;
  return url.pathname === '/' && !/[?#]/.test(text);
}

function isAddressOrRange(text: string): boolean {
  return ipaddr.isValidCIDR(text) || ipaddr.isValid(text);
}
