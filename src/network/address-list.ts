import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Addresses and CIDR ranges, ready to be asked. */
export interface AddressList {
  readonly isEmpty: boolean;
  has(address: Address): boolean;
}

/**
 * Reads addresses and CIDR ranges, IPv4 and IPv6; IPv4-mapped IPv6 counts as the IPv4 it carries. undefined where an
 * entry cannot be read.
 */
export function compileAddressList(entries: readonly string[]): AddressList | undefined {
  const ranges: Range[] = [];
  for (const entry of entries) {
    const range = parseRange(entry.trim());
    if (!range) return undefined;
    ranges.push(range);
  }
  return {
    isEmpty: ranges.length === 0,
    has: address => ranges.some(range => address.kind() === range[0].kind() && address.match(range)),
  };
}

/** The same for entries that have been checked. Throws a RangeError that names them. */
export function requireAddressList(entries: readonly string[]): AddressList {
  const list = compileAddressList(entries);
  if (!list) throw new RangeError(`not an address list: ${entries.join(', ')}`);
  return list;
}

/** An address as it is compared: mapped IPv6 as IPv4, stdio as the loopback address. undefined where it is none. */
export function parseAddress(text: string): Address | undefined {
  if (text === 'stdio') return ipaddr.IPv4.parse('127.0.0.1');
  // Strict: ipaddr.js would also take `1` or `0x7f.1` for IPv4.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

function parseRange(entry: string): Range | undefined {
  const [text = '', bits, ...rest] = entry.split('/');
  if (rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.parse(text);
  const width = address.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (length > width) return undefined;
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    // A range wider than the mapped block would cover more than IPv4: not what anyone means.
    return length < 96 ? undefined : [address.toIPv4Address(), length - 96];
  }
  return [address, length];
}

/** Whether calls from `address` are let in: deny wins, an empty allow list allows, what is no address is not let in. */
export function isAddressAllowed(address: string, lists: { allow: AddressList; deny: AddressList }): boolean {
  if (lists.allow.isEmpty && lists.deny.isEmpty) return true;
  const parsed = parseAddress(address);
  if (!parsed || lists.deny.has(parsed)) return false;
  return lists.allow.isEmpty || lists.allow.has(parsed);
}
