import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { parseAddress, requireAddressList } from '../../src/index.ts';
import type { MetricsSettings } from './settings.ts';

/** Who may see the metrics: whoever has the token; without a token, addresses of the list alone. */
export function createMetricsAccess(settings: MetricsSettings): (request: Request, response: Response) => boolean {
  const list = requireAddressList(settings.allow);
  return (request, response) => {
    const { clientAddress } = response.locals;
    const address = typeof clientAddress === 'string' ? parseAddress(clientAddress) : undefined;
    if (address && list.has(address)) return true;
    const presented = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return settings.token !== undefined && presented !== undefined && isSame(presented, settings.token);
  };
}

/** In a time that does not depend on where they differ, nor on how long they are. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
