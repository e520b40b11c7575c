import type { Call } from '../../../src/index.ts';

/** Characters of what a client says about itself that tell it from another. */
const maxPart = 200;

/**
 * What tells one client of a credential from another. With a session of the protocol: that. Otherwise user agent and
 * address, and, in the revision that sends them with every request, name and version.
 */
export function clientKey(call: Call): string {
  const { client } = call;
  if (client.sessionId !== undefined) return `session|${client.sessionId.slice(0, maxPart)}`;
  return statelessKey(call);
}

/** The same client before it had a session of the protocol. */
export function statelessKey({ client, address, era }: Call): string {
  const agent = `${client.userAgent.slice(0, maxPart)}|${address}`;
  if (era === 'legacy') return `agent|${agent}`;
  return `client|${client.name.slice(0, maxPart)}|${client.version.slice(0, maxPart)}|${agent}`;
}
