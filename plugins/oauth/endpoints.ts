/** Where the authorization server is, below `server.publicUrl`. */
export const endpoints = {
  authorization: '/mcp/oauth/authorize',
  interaction: '/mcp/oauth/interaction',
  apps: '/mcp/oauth/apps',
  token: '/mcp/oauth/token',
  revocation: '/mcp/oauth/revoke',
  registration: '/mcp/oauth/register',
  jwks: '/mcp/oauth/jwks.json',
} as const;

/** What tokens are for: their audience, and the `resource` of the metadata (RFC 9728). */
export function resourceOf({ publicUrl }: { readonly publicUrl: string }): string {
  return `${publicUrl}/mcp`;
}

/** Where the metadata of the resource is (RFC 9728, section 3.1). */
export function resourceMetadataOf({ publicUrl }: { readonly publicUrl: string }): string {
  return `${publicUrl}/.well-known/oauth-protected-resource/mcp`;
}
