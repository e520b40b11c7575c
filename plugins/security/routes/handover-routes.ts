import type { Request, Response } from 'express';
import { kernelErrors, type Route } from '../../../src/index.ts';
import { findHandover, handoverPath, redeemHandover } from '../keys/rotation/handover.ts';
import { gonePage, handoverHeaders, keyPage, offerPage } from './handover-page.ts';
import { recordHandover } from './record-handover.ts';

const path = `${handoverPath}/:token`;
const access = 'The link itself: 256 random bits, single use, with an expiry; only its hash is stored.';

/**
 * How the owner of a rotated key fetches the new one. Looking changes nothing; the button uses the link up, and whether it
 * gave out a key is in the log before the page leaves.
 */
export const handoverRoutes: readonly Route[] = [
  {
    method: 'get',
    path,
    access,
    async handle(request, response, runtime) {
      const link = await findHandover(runtime, tokenOf(request));
      answer(response, link ? { status: 200, html: offerPage() } : { status: 410, html: gonePage() });
    },
  },
  {
    method: 'post',
    path,
    access,
    async handle(request, response, runtime) {
      const redeemed = await redeemHandover(runtime, tokenOf(request));
      if (!redeemed) {
        const { code } = kernelErrors.UNAUTHENTICATED;
        const reason = 'the link is none, used up or too old, or its key has ended';
        const outcome = { kind: 'denied', stage: 'authenticate', code, reason } as const;
        await recordHandover({ runtime, request, response, outcome });
        return answer(response, { status: 410, html: gonePage() });
      }
      const prefix = String(redeemed.row.prefix);
      await recordHandover({ runtime, request, response, prefix, outcome: { kind: 'ok' } });
      runtime.log.info({ prefix }, 'rotated key fetched by its link');
      answer(response, { status: 200, html: keyPage({ key: redeemed.key, prefix }) });
    },
  },
];

function tokenOf({ params }: Request): string {
  const { token } = params;
  return typeof token === 'string' ? token : '';
}

function answer(response: Response, { status, html }: { status: number; html: string }): void {
  response.status(status).set(handoverHeaders).send(html);
}
