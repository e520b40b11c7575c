import type { Request, Response } from 'express';
import type { Outcome, Runtime } from '../../../src/index.ts';

/** Writes down that somebody has pressed the button of a link, and what came of it; durable before it is answered. */
export function recordHandover(input: {
  readonly runtime: Runtime;
  readonly request: Request;
  readonly response: Response;
  /** Of the key that was given out. Never the link, which would still be good where it was refused. */
  readonly prefix?: string;
  readonly outcome: Outcome;
}): Promise<void> {
  const { runtime, request, response, prefix, outcome } = input;
  return runtime.recordEvent({
    method: 'keys/handover',
    ...(prefix !== undefined && { target: prefix }),
    address: String(response.locals.clientAddress),
    client: { name: '', userAgent: request.headers['user-agent'] ?? '' },
    outcome,
  });
}
