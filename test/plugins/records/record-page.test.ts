import type { Request, Response } from 'express';
import { expect, test } from 'vitest';
import { recordPage } from '../../../plugins/records/record-page.ts';
import type { Runtime } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';

/** What the page sends for a request; reading anything of the request or the server fails. */
function sentFor(request: Request) {
  const nothing = new Proxy({}, { get: (_, name) => expect.fail(`reads ${String(name)}`) });
  const sent: { status?: number; headers?: Record<string, string>; body?: string } = {};
  const response = {
    status: (status: number) => Object.assign(sent, { status }) && response,
    set: (headers: Record<string, string>) => Object.assign(sent, { headers }) && response,
    send: (body: string) => Object.assign(sent, { body }) && response,
  };
  recordPage.handle(request, response as unknown as Response, nothing as unknown as Runtime);
  return sent;
}

test(`${verifies('PERM-3')} the page behind record addresses depends on nothing and runs nothing`, () => {
  const untouched = new Proxy({}, { get: (_, name) => expect.fail(`reads ${String(name)}`) }) as unknown as Request;
  const { status, headers, body } = sentFor(untouched);
  expect(status).toBe(200);
  expect(headers?.['Content-Security-Policy']).toContain("default-src 'none'");
  expect(headers?.['X-Content-Type-Options']).toBe('nosniff');
  expect(body).not.toMatch(/<script|<style|<link|<img|<form| on\w+=|href=/i);
});
