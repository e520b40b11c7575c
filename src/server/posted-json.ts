import type { IncomingMessage } from 'node:http';
import { GatehouseError } from '../errors.ts';
import { serverErrors } from './errors.ts';
import { readBody } from './read-body.ts';
import { parseStrictJson } from './strict-json.ts';

/** The body of a POST that is to be JSON, at most `limit` bytes, or what is wrong with it. */
export async function postedBytes(request: IncomingMessage, limit: number): Promise<Buffer | GatehouseError> {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  const isPlain = type.trim() === 'application/json' && encoding === 'identity' && !parameters.some(isOtherCharset);
  if (!isPlain) return serverErrors.CONTENT_TYPE_UNSUPPORTED();
  return readBody(request, limit);
}

/** JSON is UTF-8 (RFC 8259, section 8.1). A reader on the way that believes another name has read another message. */
function isOtherCharset(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=', 2);
  return name.trim() === 'charset' && !/^"?utf-?8"?$/.test(value.trim());
}

/** What it says, or what is wrong with it. */
export function parsedJson(bytes: Buffer): { body: unknown } | GatehouseError {
  try {
    return { body: parseStrictJson(bytes) };
  } catch (thrown) {
    if (thrown instanceof GatehouseError) return thrown;
    throw thrown;
  }
}
