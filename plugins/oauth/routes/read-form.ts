import type { Request } from 'express';
import { oauthErrors } from '../errors.ts';

/** Bytes that a form may have. */
const maxLength = 16_384;

/** The fields of a posted form. Throws FORM_INVALID for anything that no page of ours sends. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw oauthErrors.FORM_INVALID();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    const bytes = Buffer.from(piece);
    length += bytes.length;
    if (length > maxLength) throw oauthErrors.FORM_INVALID();
    pieces.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(pieces).toString('utf8'));
}
