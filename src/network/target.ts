import { isIP } from 'node:net';
import type { AddressList } from './address-list.ts';
import { addressRefusal } from './address-refusal.ts';

/** All addresses of a name, IPv4 and IPv6. Rejects where it has none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** What may be called. */
export interface TargetRules {
  readonly resolve: Resolve;
  readonly allowHttp: boolean;
  readonly allowAddresses: AddressList;
}

/** Where a delivery goes: the addresses have been looked up once and checked, and nothing else is connected to. */
export interface Target {
  readonly url: URL;
  readonly addresses: readonly string[];
}

/**
 * Reads, looks up and checks an address to call. `refused` says what is wrong with it: no https, credentials in it, a
 * name that does not resolve, or one that resolves, among others, to where nothing may be sent.
 */
export async function findTarget(text: string, rules: TargetRules): Promise<{ target: Target } | { refused: string }> {
  const url = URL.parse(text);
  if (!url) return { refused: 'it is no URL' };
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && rules.allowHttp)) {
    return { refused: `it must begin with https://${rules.allowHttp ? ' or http://' : ''}` };
  }
  if (url.username !== '' || url.password !== '') return { refused: 'it may not hold a user name or password' };
  if (url.hash !== '') return { refused: 'it may not have a fragment (#)' };
  const hostname = hostnameOf(url);
  let addresses: readonly string[];
  try {
    addresses = isIP(hostname) ? [hostname] : await rules.resolve(hostname);
  } catch {
    return { refused: `the name ${hostname} cannot be looked up` };
  }
  if (addresses.length === 0) return { refused: `the name ${hostname} has no address` };
  for (const address of addresses) {
    const refused = addressRefusal(address, rules.allowAddresses);
    if (refused) return { refused: `${refused}; nothing is sent there` };
  }
  return { target: { url, addresses } };
}

/** The host as sockets name it: IPv6 without its brackets. */
export function hostnameOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
