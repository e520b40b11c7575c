import { parseAddress } from './address-list.ts';

/** What stands for one host: an IPv4 address, of an IPv6 one the /64, which is what one host has. */
export function hostOf(address: string): string {
  const parsed = parseAddress(address);
  if (!parsed) return address;
  return 'parts' in parsed ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
