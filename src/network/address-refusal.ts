import ipaddr from 'ipaddr.js';
import { type AddressList, parseAddress } from './address-list.ts';

/** Of IPv6, only this is given to hosts of the public network (RFC 4291, section 2.4, and IANA's registry). */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** A public address by its number that answers for the host's own cloud: Azure's WireServer, with credentials. */
const cloudOwn = ipaddr.IPv4.parse('168.63.129.16');

/**
 * Why this address may not be called; undefined: it may. Everything but public unicast addresses is refused, IPv4-mapped
 * IPv6 as the IPv4 that it carries: private, loopback, link-local (where clouds keep their metadata), shared (CGNAT),
 * multicast, documentation and reserved ranges, 6to4, Teredo and NAT64. `allowed` comes before all of that.
 */
export function addressRefusal(text: string, allowed: AddressList): string | undefined {
  const address = parseAddress(text);
  if (!address) return `${text} is no address`;
  if (allowed.has(address)) return undefined;
  const range = address.range();
  if (range !== 'unicast') return `${text} is not a public address (${range})`;
  if (address instanceof ipaddr.IPv6) {
    return address.match(globalUnicast) ? undefined : `${text} is not a public address`;
  }
  return address.match(cloudOwn, 32) ? `${text} belongs to the cloud that the server runs in` : undefined;
}
