import type { IncomingHttpHeaders } from 'node:http';
import {
  CLIENT_INFO_META_KEY,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResponse,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { GatehouseError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import type { RequestId } from './error-response.ts';
import { serverErrors } from './errors.ts';
import { createVerdicts, isModern, type Verdict } from './mcp-verdict.ts';
import { checkStandardHeaders } from './standard-headers.ts';

type Params = Readonly<Record<string, unknown>>;

/** A body that was posted to `/mcp`, recognised by the SDK's rules. */
export interface Inbound extends Verdict {
  /** Empty where the body names none. */
  readonly method: string;
  readonly params: Params;
  /** null where there is none that could be echoed. */
  readonly id: RequestId;
  /** As the client says by itself, in this message. */
  readonly client: { readonly name: string; readonly version: string };
  /**
   * Everything about the request is as the revision wants it, and its answer is one JSON object: it can be answered
   * without the SDK. Everything else goes to the SDK, which words its own objections.
   */
  readonly isPlain: boolean;
  /** The standard headers and the body disagree, or its id is too long. */
  readonly fault?: GatehouseError | undefined;
}

/** Recognises posted bodies. Never throws. */
export function createInboundReader() {
  const verdictOn = createVerdicts();
  return function inboundMessage({ headers, body }: { headers: IncomingHttpHeaders; body: unknown }): Inbound {
    const { kind, era, protocolVersion } = verdictOn(headers, body);
    const message = messageParts(body);
    const isPlain = kind === 'request' && (era === 'modern' ? isPlainModern : isPlainLegacy)(message, headers);
    const isDoubtful = era === 'modern' && !isPlain && (kind === 'request' || kind === 'invalid');
    const fault = idFault(message) ?? (isDoubtful ? checkStandardHeaders(message, headers) : undefined);
    return { ...message, kind, era, protocolVersion, isPlain, fault };
  };
}

type Parts = Pick<Inbound, 'method' | 'params' | 'id' | 'client'>;

/** Characters that an id may have. It is kept for as long as its request, or the stream that it has opened. */
const maxIdLength = 256;

function idFault({ id }: Parts): GatehouseError | undefined {
  if (typeof id !== 'string' || id.length <= maxIdLength) return undefined;
  return serverErrors.MESSAGE_INVALID({ message: `The id of a request has ${maxIdLength} characters at most.` });
}

function isPlainModern(message: Parts, headers: IncomingHttpHeaders): boolean {
  const version = headers['mcp-protocol-version'];
  return (
    typeof version === 'string' &&
    isModern(version) &&
    headers['mcp-method'] === message.method &&
    hasPlainParams(message, modernMethods) &&
    isPlainName(message, headers['mcp-name'])
  );
}

function isPlainLegacy(message: Parts, headers: IncomingHttpHeaders): boolean {
  const version = headers['mcp-protocol-version'];
  return (
    (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))) &&
    acceptsBoth(headers.accept) &&
    hasPlainParams(message, legacyMethods)
  );
}

/** The elements of a batch, each recognised by itself; a response among them is invalid. */
export function batchElements(body: readonly unknown[], protocolVersion: string): Inbound[] {
  return body.map(element => {
    const message = messageParts(element);
    const kind = kindOf(element);
    const isPlain = kind === 'request' && hasPlainParams(message, legacyMethods);
    return { ...message, kind, era: 'legacy', protocolVersion, isPlain };
  });
}

/** A message that has come over stdio, where the body alone tells the revision. A batch is invalid. */
export function lineMessage(body: unknown): Inbound {
  const message = messageParts(body);
  const version = isObject(message.params._meta) ? message.params._meta[PROTOCOL_VERSION_META_KEY] : undefined;
  const opening = message.params.protocolVersion;
  return {
    ...message,
    kind: kindOf(body),
    era: version === undefined ? 'legacy' : 'modern',
    protocolVersion: short(version ?? opening),
    isPlain: false,
  };
}

function kindOf(body: unknown): 'request' | 'notification' | 'response' | 'invalid' {
  if (isJSONRPCRequest(body)) return 'request';
  if (isJSONRPCNotification(body)) return 'notification';
  return isJSONRPCResponse(body) ? 'response' : 'invalid';
}

function messageParts(body: unknown): Parts {
  const { method, id, params } = isObject(body) ? body : {};
  const ownParams = isObject(params) ? params : {};
  return {
    method: typeof method === 'string' ? method : '',
    params: ownParams,
    id: typeof method === 'string' && (typeof id === 'string' || typeof id === 'number') ? id : null,
    client: clientOf(ownParams),
  };
}

/** Of `initialize`, or of the envelope that every message carries since 2026-07-28. */
function clientOf(params: Params): Inbound['client'] {
  const info = params.clientInfo ?? (isObject(params._meta) ? params._meta[CLIENT_INFO_META_KEY] : undefined);
  const { name, version } = isObject(info) ? info : {};
  return { name: short(name), version: short(version) };
}

function short(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : '';
}

/** Methods whose answer is one JSON object, with the members that their parameters may have and what those must be. */
type Shapes = ReadonlyMap<string, Readonly<Record<string, (value: unknown) => boolean>>>;

const isText = (value: unknown) => typeof value === 'string';
const list = { _meta: isMeta };
const modernMethods: Shapes = new Map(
  Object.entries<Readonly<Record<string, (value: unknown) => boolean>>>({
    'tools/call': { _meta: isMeta, name: isText, arguments: isObject },
    'tools/list': list,
    'resources/list': list,
    'resources/templates/list': list,
    'resources/read': { _meta: isMeta, uri: isText },
    'prompts/list': list,
  }),
);
const legacyMethods: Shapes = new Map([...modernMethods, ['ping', list]]);
const required: Readonly<Record<string, string>> = { 'tools/call': 'name', 'resources/read': 'uri' };

function hasPlainParams({ method, params, id }: Parts, shapes: Shapes): boolean {
  const shape = shapes.get(method);
  if (!shape || id === null) return false;
  for (const key of Object.keys(params)) {
    if (!Object.hasOwn(shape, key) || !shape[key]?.(params[key])) return false;
  }
  const needed = required[method];
  return needed === undefined || params[needed] !== undefined;
}

/** `Mcp-Name` repeats the name or URI of the body, unencoded. */
function isPlainName({ method, params }: Parts, header: string | string[] | undefined): boolean {
  const needed = required[method];
  return needed === undefined ? header === undefined : header === params[needed] && !String(header).startsWith('=?');
}

/** The envelope's own keys are checked by the classification; the rest the handlers ignore, but for the token. */
function isMeta(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { progressToken } = value;
  return progressToken === undefined || typeof progressToken === 'string' || Number.isSafeInteger(progressToken);
}

/** Revisions before 2026-07-28 want both in the Accept header. */
function acceptsBoth(accept: string | undefined): boolean {
  return (accept?.includes('application/json') && accept.includes('text/event-stream')) ?? false;
}
