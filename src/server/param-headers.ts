import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { GatehouseError } from '../errors.ts';
import type { Call } from '../pipeline/call.ts';
import type { ToolDefinition } from '../tool/define-tool.ts';
import { serverErrors } from './errors.ts';
import { decodedHeader } from './header-value.ts';

/** A property of a tool's input schema that a client repeats in a header (`x-mcp-header`, revision 2026-07-28). */
interface Mirrored {
  readonly path: readonly string[];
  /** In lower case, with its prefix. */
  readonly header: string;
  readonly isNumber: boolean;
}

/**
 * Compares a call's arguments with the `Mcp-Param-…` headers that its tool's schema asks for: what stands before this
 * server may have decided by the header. A number may be written differently as long as it is the same number.
 */
export function createParamHeaderCheck() {
  const known = new WeakMap<ToolDefinition, readonly Mirrored[]>();

  function mirroredIn(tool: ToolDefinition): readonly Mirrored[] {
    const found = known.get(tool) ?? collect(z.toJSONSchema(tool.input, { io: 'input' }) as Schema, []);
    known.set(tool, found);
    return found;
  }

  return function checkParamHeaders(call: Call, headers: IncomingHttpHeaders): GatehouseError | undefined {
    if (call.era !== 'modern' || !call.tool) return undefined;
    for (const mirrored of mirroredIn(call.tool)) {
      const problem = compare(mirrored, valueAt(call.params.arguments, mirrored.path), headers[mirrored.header]);
      if (problem) return serverErrors.HEADER_MISMATCH({ message: `The header ${mirrored.header} ${problem}.` });
    }
    return undefined;
  };
}

interface Schema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly 'x-mcp-header'?: unknown;
}

/** Only properties count that are reached through `properties` alone. */
function collect(schema: Schema, path: readonly string[]): Mirrored[] {
  const name = schema['x-mcp-header'];
  const own = { path, header: `mcp-param-${String(name).toLowerCase()}`, isNumber: numeric.has(schema.type) };
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => collect(child, [...path, key]));
  return typeof name === 'string' ? [own, ...below] : below;
}

const numeric: ReadonlySet<unknown> = new Set(['integer', 'number']);
const decimal = /^-?\d+(\.\d+)?$/;

function compare({ isNumber }: Mirrored, value: unknown, header: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  if (typeof header !== 'string') return 'is missing';
  const decoded = decodedHeader(header);
  if (decoded === undefined) return 'is not encoded correctly';
  const isSame = isNumber && decimal.test(decoded) ? Number(decoded) === value : decoded === String(value);
  return isSame ? undefined : 'differs from the arguments';
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let node = root;
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}
