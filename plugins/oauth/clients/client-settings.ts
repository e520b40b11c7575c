import { z } from 'zod';
import { addressEntries } from '../../../src/index.ts';

const count = z.int().min(1);

/** Settings about clients: how they make themselves known, and for how long one that is not used is kept. */
export const clientSettings = z.strictObject({
  registration: z
    .boolean()
    .default(true)
    .describe('Clients may register themselves (RFC 7591). Those that can be known by a metadata document need not.'),
  registrationsPerMinute: count
    .default(120)
    .describe('Clients that may register within a minute, and as many that may be known anew by a metadata document.'),
  maxUnused: count
    .default(20_000)
    .describe(
      'Clients that never got a token. Beyond it the oldest are removed, none within its first hour: with fewer than two hours of registrations at their limit, nobody could register while somebody floods the server.',
    ),
  unusedDays: count.default(7).describe('Days after which a client that never got a token is removed.'),
  idleDays: count
    .min(60)
    .default(180)
    .describe('Days without a token after which a client with no connected user is removed; services never are.'),
  metadataDocuments: z
    .boolean()
    .default(true)
    .describe('Clients may be known by the address of a document about them (Client ID Metadata Documents).'),
  allowDocumentHosts: z
    .array(z.hostname().toLowerCase())
    .default([])
    .describe('Only documents of these hosts are read, such as claude.ai and chatgpt.com; empty: of all.'),
  allowDocumentAddresses: addressEntries.describe(
    'Addresses and CIDR ranges that documents may be read from though they are not public.',
  ),
  privateSchemes: z
    .array(z.string().regex(/^[a-z][a-z0-9+.-]*$/, 'Expected a scheme in lower case, such as cursor.'))
    .default(['cursor', 'vscode', 'vscode-insiders', 'windsurf'])
    .describe('Schemes of programs that redirect URIs may have beside https, loopback and schemes with a dot in them.'),
});

export type ClientSettings = z.output<typeof clientSettings>;
