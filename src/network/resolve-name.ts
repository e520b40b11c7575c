import { lookup } from 'node:dns/promises';
import type { Resolve } from './target.ts';

/** As the machine resolves names: its hosts file, then its name server. */
export const resolveName: Resolve = async hostname =>
  (await lookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address);
