import type { IncomingHttpHeaders } from 'node:http';
import type { GatehouseError } from '../errors.ts';
import { serverErrors } from './errors.ts';
import { decodedHeader } from './header-value.ts';

/** Which parameter `Mcp-Name` repeats. */
const named: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/**
 * Compares a request of revision 2026-07-28 with the headers that every one has to carry: `MCP-Protocol-Version` and
 * `Mcp-Method`, and `Mcp-Name` where something is named. The SDK compares them too, but only after the gate has looked
 * at the arguments, and of two faults the one in the envelope is told. HEADER_MISMATCH, or undefined: they agree.
 */
export function checkStandardHeaders(
  message: { readonly method: string; readonly params: Readonly<Record<string, unknown>> },
  headers: IncomingHttpHeaders,
): GatehouseError | undefined {
  const problem =
    (headers['mcp-protocol-version'] === undefined && 'MCP-Protocol-Version is missing') ||
    methodProblem(message.method, headers['mcp-method']) ||
    nameProblem(message.params[named.get(message.method) ?? ''], headers['mcp-name']);
  return problem ? serverErrors.HEADER_MISMATCH({ message: `The header ${problem}.` }) : undefined;
}

type Header = string | string[] | undefined;

function methodProblem(method: string, header: Header): string | undefined {
  if (header === undefined) return 'Mcp-Method is missing';
  return header === method ? undefined : 'Mcp-Method differs from the method in the body';
}

function nameProblem(name: unknown, header: Header): string | undefined {
  if (typeof name !== 'string') return undefined;
  if (typeof header !== 'string') return 'Mcp-Name is missing';
  const decoded = decodedHeader(header);
  if (decoded === undefined) return 'Mcp-Name is not encoded correctly';
  return decoded === name ? undefined : 'Mcp-Name differs from the name in the body';
}
