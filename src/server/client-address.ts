import ipaddr from 'ipaddr.js';

/** Decides whether an address (normalized) belongs to one of our own proxies. */
export type IsTrusted = (address: string) => boolean;

/**
 * Prepares `server.trustedProxies`: addresses and CIDR ranges, IPv4 or IPv6. Throws an Error that names the first entry
 * that is neither.
 */
export function trustedProxies(entries: readonly string[]): IsTrusted {
  const ranges = entries.map(entry => {
    const [address = '', bits = address.includes(':') ? '128' : '32'] = entry.split('/', 2);
    const range = `${address}/${bits}`;
    if (normalizedAddress(address) === undefined || !ipaddr.isValidCIDR(range)) {
      throw new Error(`trustedProxies: ${JSON.stringify(entry)} is no address or range`);
    }
    return mappedRange(ipaddr.parseCIDR(range));
  });
  if (ranges.length === 0) return () => false;
  return address => {
    const parsed = ipaddr.parse(address);
    return ranges.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits]));
  };
}

/** `::ffff:10.0.0.0/104` is `10.0.0.0/8`. */
function mappedRange([network, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number]): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [network.toIPv4Address(), bits - 96] : [network, bits];
}

/**
 * The address that a request comes from. `X-Forwarded-For` is believed only as far as our own proxies have written it:
 * it is read from the right, and the first address that is not a trusted proxy's is the client's. Where an entry is no
 * address, the walk ends at the last trustworthy one. Pure.
 */
export function clientAddress(input: {
  /** Of the connection itself. */
  socket: string | undefined;
  /** All `X-Forwarded-For` headers, joined with commas. */
  forwardedFor: string | undefined;
  isTrusted: IsTrusted;
}): string {
  let address = normalizedAddress(input.socket ?? '') ?? unknownAddress;
  if (input.forwardedFor === undefined) return address;
  const hops = input.forwardedFor.split(',');
  for (let at = hops.length - 1; at >= 0 && input.isTrusted(address); at -= 1) {
    const hop = normalizedAddress(withoutPort(hops[at] ?? ''));
    if (hop === undefined) break;
    address = hop;
  }
  return address;
}

/** A connection that is gone has no address any more. It is on nobody's allow list. */
const unknownAddress = '0.0.0.0';
const plainIpv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** IPv4 as it is, IPv6 with all eight groups in lower case, IPv4-mapped IPv6 as IPv4; undefined: no address. */
export function normalizedAddress(text: string): string | undefined {
  if (plainIpv4.test(text)) return text;
  const withoutZone = text.replace(/%.*$/, '');
  // Only IPv6 from here on: the library also reads `010.1` or `2130706433` as IPv4, which others read differently.
  if (!withoutZone.includes(':') || !ipaddr.IPv6.isValid(withoutZone)) return undefined;
  const address = ipaddr.IPv6.parse(withoutZone);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toNormalizedString();
}

/** `1.2.3.4:567`, `[2001:db8::1]:567`, `[2001:db8::1]` and `"…"` around them. */
function withoutPort(hop: string): string {
  const text = hop.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = text.match(/^\[([^\]]*)\](?::\d{1,5})?$/);
  if (bracketed) return bracketed[1] ?? '';
  return text.replace(/^([^:]+):\d{1,5}$/, '$1');
}
