import type { Call, Row } from '../../../src/index.ts';

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
export function statelessKey({ client, address, era }: Pick<Call, 'client' | 'address' | 'era'>): string {
  const agent = `${client.userAgent.slice(0, maxPart)}|${address}`;
  if (era === 'legacy') return `agent|${agent}`;
  return `client|${client.name.slice(0, maxPart)}|${client.version.slice(0, maxPart)}|${agent}`;
}

/** What the client of a session is told by without a session of the protocol, at every address that it has used. */
export function agentKeys(row: Row): string[] {
  const client = {
    name: String(row.client_name),
    version: String(row.client_version),
    userAgent: String(row.user_agent),
  };
  const addresses = Array.isArray(row.addresses) ? row.addresses.map(String) : [];
  return addresses.flatMap(address =>
    (['legacy', 'modern'] as const).map(era =>
      statelessKey({ client: { ...client, sessionId: undefined }, address, era }),
    ),
  );
}
