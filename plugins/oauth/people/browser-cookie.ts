import { hash, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Runtime } from '../../../src/index.ts';

/** 256 random bits, base64url. */
const tokenFormat = /^[A-Za-z0-9_-]{43}$/;

/** What the browser holds: a random token, which stands for a session once somebody has signed in. */
export function browserToken(request: Request, runtime: Runtime): string | undefined {
  const name = cookieName(runtime);
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value = ''] = part.trim().split('=', 2);
    if (key === name && tokenFormat.test(value)) return value;
  }
  return undefined;
}

/** Gives the browser a new token. `__Host-`: no other host, and no page over http, can plant one (RFC 6265bis, 4.1.3.2). */
export function setBrowserToken(response: Response, runtime: Runtime): string {
  const token = runtime.randomBytes(32).toString('base64url');
  const isSecure = overHttps(runtime);
  response.cookie(cookieName(runtime), token, { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure });
  return token;
}

/**
 * What a form carries as proof that a page of ours was shown in this browser. It follows from the cookie, which no other
 * site can read, and belongs to one place: the form of one authorization request is none of another.
 */
export function formToken(token: string, place: string): string {
  return hash('sha256', `form ${place} ${token}`, 'base64url');
}

/** Whether a form came from a page that was shown in this browser, at this place. */
export function isOwnForm(input: { token: string | undefined; place: string; presented: string | undefined }): boolean {
  const { token, place, presented } = input;
  if (token === undefined || presented === undefined) return false;
  const expected = Buffer.from(formToken(token, place));
  const given = Buffer.from(presented);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function cookieName(runtime: Runtime): string {
  return overHttps(runtime) ? '__Host-gatehouse' : 'gatehouse';
}

function overHttps({ server }: Runtime): boolean {
  return server.publicUrl.startsWith('https:');
}
