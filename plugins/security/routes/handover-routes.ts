import type { Request, Response } from 'express';
import { type AddressList, isAddressAllowed, kernelErrors, type Route, type Runtime } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { findHandover, handoverPath, redeemHandover } from '../keys/rotation/handover.ts';
import { gonePage, handoverHeaders, keyPage, offerPage } from './handover-page.ts';
import { recordHandover } from './record-handover.ts';

const path = `${handoverPath}/:token`;
const access = 'The link itself: 256 random bits, single use, with an expiry; only its hash is stored.';

/**
 * How the owner of a rotated key fetches the new one. Looking changes nothing; the button uses the link up, and whether it
 * gave out a key is in the log before the page leaves. `lists`: from where calls are admitted; links are, too.
 */
export function handoverRoutes(lists: { allow: AddressList; deny: AddressList }): readonly Route[] {
  async function admit(request: Request, response: Response, runtime: Runtime): Promise<void> {
    if (isAddressAllowed(String(response.locals.clientAddress), lists)) return;
    const refused = securityErrors.ADDRESS_NOT_ALLOWED();
    await recordHandover({ runtime, request, response, outcome: denied('admit', refused.code, refused.publicMessage) });
    throw refused;
  }

  return [
    {
      method: 'get',
      path,
      access,
      async handle(request, response, runtime) {
        await admit(request, response, runtime);
        const link = await findHandover(runtime, tokenOf(request));
        answer(response, link ? { status: 200, html: offerPage() } : { status: 410, html: gonePage() });
      },
    },
    {
      method: 'post',
      path,
      access,
      async handle(request, response, runtime) {
        await admit(request, response, runtime);
        const redeemed = await redeemHandover(runtime, tokenOf(request));
        if (!redeemed) {
          const { code } = kernelErrors.UNAUTHENTICATED;
          const outcome = denied('authenticate', code, 'the link is none, used up or too old, or its key has ended');
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
}

function denied(stage: 'admit' | 'authenticate', code: string, reason: string) {
  return { kind: 'denied', stage, code, reason } as const;
}

function tokenOf({ params }: Request): string {
  const { token } = params;
  return typeof token === 'string' ? token : '';
}

function answer(response: Response, { status, html }: { status: number; html: string }): void {
  response.status(status).set(handoverHeaders).send(html);
}
