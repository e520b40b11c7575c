import { defineErrors } from '../errors.ts';

/** What a transport refuses before a message reaches the stages. */
export const serverErrors = defineErrors({
  HOST_NOT_ALLOWED: {
    message: 'This server is not served under that Host.',
    status: 403,
    audience: 'caller',
    solve: "Use the server's public address, or ask an admin to add the name to `server.allowedHosts`.",
  },
  ORIGIN_NOT_ALLOWED: {
    message: 'Pages from that Origin may not call this server.',
    status: 403,
    audience: 'caller',
    solve: 'Ask an admin to add the origin to `server.allowedOrigins`.',
  },
  HEADER_REPEATED: {
    message: 'A header that may be sent once was sent several times.',
    status: 400,
    audience: 'caller',
    solve: 'Send the header that the message names once.',
  },
  HEADER_MISMATCH: {
    message: 'The request headers and the body disagree.',
    status: 400,
    audience: 'caller',
    solve: 'Repeat in the header what the body says.',
  },
  BODY_TOO_LARGE: {
    message: 'The request body is larger than this server allows.',
    status: 413,
    audience: 'caller',
    solve: 'Send less in one request; an admin can raise `server.maxBodyBytes`.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    message: 'The request body must be application/json, not compressed.',
    status: 415,
    audience: 'caller',
    solve: 'Send `Content-Type: application/json`.',
  },
  JSON_INVALID: {
    message: 'The request body is not JSON.',
    status: 400,
    audience: 'caller',
    solve: 'Send one JSON-RPC message in UTF-8.',
  },
  JSON_REFUSED: {
    message: 'The request body is JSON that could be read in more than one way.',
    status: 400,
    audience: 'caller',
    solve: 'Change what the message names.',
  },
  MESSAGE_INVALID: {
    message: 'The request body is not a message that this endpoint takes.',
    status: 400,
    audience: 'caller',
    solve: 'Send one JSON-RPC request or notification.',
  },
  KEY_REFUSED: {
    message: 'The key in GATEHOUSE_API_KEY is not accepted.',
    status: 401,
    audience: 'caller',
    solve: 'Make a key with `gatehouse key create` and put it into GATEHOUSE_API_KEY.',
  },
  CREDENTIAL_AMBIGUOUS: {
    message: 'Two different credentials were sent.',
    status: 400,
    audience: 'caller',
    solve: 'Send either `Authorization: Bearer` or `X-API-Key`.',
  },
  PROTOCOL_SESSION_NOT_FOUND: {
    message: 'There is no such session.',
    status: 404,
    audience: 'caller',
    solve: 'Initialize again to begin a new session.',
  },
  STREAM_LIMIT: {
    message: 'This credential has as many streams open as it may have.',
    status: 429,
    audience: 'caller',
    solve: 'Close streams that are not needed any more.',
  },
  METHOD_NOT_ALLOWED: {
    message: 'This address does not take that HTTP method.',
    status: 405,
    audience: 'caller',
    solve: 'Use a method that the Allow header names.',
  },
  ROUTE_NOT_FOUND: {
    message: 'There is nothing at this address.',
    status: 404,
    audience: 'caller',
    solve: 'The MCP endpoint is `/mcp`.',
  },
  STOPPING: {
    message: 'The server is stopping. Try again in a moment.',
    status: 503,
    audience: 'operator',
    solve: 'Send the request again; another instance or the restarted server answers.',
  },
});
