import type { IncomingMessage } from 'node:http';
import type { GatehouseError } from '../errors.ts';
import { serverErrors } from './errors.ts';

/**
 * Reads a request's body, at most `limit` bytes of it. Resolves with the error where there is more; the rest is then
 * not read, and the connection must be closed. Rejects where the client goes away.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | GatehouseError> {
  const tooLarge = () => serverErrors.BODY_TOO_LARGE({ message: `The request body is larger than ${limit} bytes.` });
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        request.removeAllListeners('data');
        resolve(tooLarge());
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client closed the connection'));
    });
  });
}
