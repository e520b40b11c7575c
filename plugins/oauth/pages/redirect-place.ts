/** Where an app sends people back to, as the consent page shows it. */
export interface RedirectPlace {
  /** The host; of an app on this device its scheme. In the form that cannot be mistaken: IDN as Punycode. */
  readonly name: string;
  /** `web`: a site that has shown that it is this host. The others can be claimed by any program on the device. */
  readonly kind: 'web' | 'loopback' | 'device';
  /** What `form-action` has to allow, so that the browser follows the redirect (CSP Level 3, section 2.3.1). */
  readonly formTarget: string;
}

/** Names that a policy can have as a source; anything else stands there with its scheme alone. */
const plainHost = /^[a-z0-9.-]+(:\d+)?$/;
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** `redirectUri`: one that the client rules have let through. */
export function redirectPlace(redirectUri: string): RedirectPlace {
  const { protocol, host, hostname } = new URL(redirectUri);
  if (protocol !== 'https:' && protocol !== 'http:') return { name: protocol, kind: 'device', formTarget: protocol };
  const formTarget = plainHost.test(host) ? `${protocol}//${host}` : protocol;
  return { name: host, kind: loopback.test(hostname) ? 'loopback' : 'web', formTarget };
}
