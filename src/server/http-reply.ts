import type { ServerResponse } from 'node:http';
import type { WireAnswer } from './error-response.ts';

type Headers = Readonly<Record<string, string>>;

/** Of every answer of this server; in lower case, as the SDK writes those that stand in for them. */
export const securityHeaders: Headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

/** Answers with text that is JSON already. */
export function replyJson(response: ServerResponse, status: number, headers: Headers, json: string): void {
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(json);
}

/** Answers without a body. */
export function replyEmpty(response: ServerResponse, status: number, headers: Headers): void {
  const length: Headers = status === 204 ? {} : { 'Content-Length': '0' };
  response.writeHead(status, { ...securityHeaders, ...headers, ...length });
  response.end();
}

/** Answers with what the error mapping has made. */
export function replyError(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  replyJson(response, status, headers, JSON.stringify(body));
}

/** Passes on an answer of the SDK, as a stream where it is one. Resolves when all of it is sent or the client is gone. */
export async function replyWeb(response: ServerResponse, answer: Response, headers: Headers): Promise<void> {
  // Gone before it has an answer: nothing tells of that again, and a stream that nobody reads must not go on.
  if (response.destroyed) {
    await answer.body?.cancel();
    return;
  }
  response.writeHead(answer.status, { ...securityHeaders, ...Object.fromEntries(answer.headers), ...headers });
  if (!answer.body) {
    response.end();
    return;
  }
  response.flushHeaders();
  const reader = answer.body.getReader();
  const gone = new Promise<void>(resolve => response.once('close', resolve));
  gone.then(() => reader.cancel()).catch(() => undefined);
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (response.destroyed) return;
    if (!response.write(part.value)) {
      await Promise.race([new Promise(resolve => response.once('drain', resolve)), gone]);
    }
  }
  response.end();
}

/** Whether an answer of the SDK goes on for as long as its handler runs. */
export function isStream(answer: Response): boolean {
  return answer.body !== null && (answer.headers.get('content-type') ?? '').startsWith('text/event-stream');
}
