import { createSend, type SendParts } from './send.ts';

/** Statuses whose answers have no body (Fetch standard, "null body status"). */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A `fetch` for libraries that read documents elsewhere: GET alone, from checked targets alone (see `createSend`).
 * Redirects are answers, whatever `redirect` says. Rejects with a TypeError, as `fetch` does, where the target is refused
 * or nothing comes, and as well where an answer is longer than `maxAnswer` bytes or breaks off: half a document is none.
 */
export function createOutboundFetch(parts: SendParts): typeof fetch {
  const send = createSend(parts);
  return async (input, init) => {
    const { method, url, headers, signal } = new Request(input, { ...init, redirect: 'manual' });
    if (method !== 'GET') throw new TypeError(`${method} is not allowed`);
    const answer = await send({ method, url, headers: Object.fromEntries(headers), signal });
    if (answer.kind === 'failed') throw new TypeError(`${url}: ${answer.reason}`);
    const { status, body, isWhole } = answer;
    if (status < 200 || status > 599) throw new TypeError(`${url}: ${status} is no status`);
    if (!isWhole) throw new TypeError(`${url}: the answer breaks off or is longer than ${parts.maxAnswer} bytes`);
    const entries = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    );
    return new Response(withoutBody.has(status) ? null : new Uint8Array(body), { status, headers: entries });
  };
}
