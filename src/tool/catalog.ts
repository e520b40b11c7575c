import { z } from 'zod';
import { kernelErrors } from '../errors.ts';
import type { CallContext } from '../pipeline/call.ts';
import type { PromptDefinition, ResourceProvider } from '../plugin/scope.ts';
import type { Json } from '../store/port.ts';
import type { ToolDefinition, Touch } from './define-tool.ts';

/** A tool as `tools/list` shows it. Made once. */
export interface ToolDescriptor {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Json;
  readonly outputSchema: Json;
  readonly annotations: Json;
}

/** Everything that a client can list, read or call. */
export interface Catalog {
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  readonly prompts: ReadonlyMap<string, PromptDefinition>;
  readonly resources: readonly ResourceProvider[];
  /** The tools that this caller could use, by name. */
  usableTools(context: CallContext): ToolDescriptor[];
  /** What reading this URI touches; undefined: no provider knows it. */
  resourceTouches(uri: string): readonly Touch[] | undefined;
}

/** Prepares what the plugins have registered; schemas are converted here, once. Throws PLUGIN_INVALID. */
export function createCatalog(parts: {
  tools: readonly ToolDefinition[];
  prompts: readonly PromptDefinition[];
  resources: readonly ResourceProvider[];
}): Catalog {
  const tools = new Map(parts.tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(tool => [tool.name, tool]));
  const descriptors = new Map(Array.from(tools.values(), tool => [tool.name, describe(tool)]));
  return {
    tools,
    prompts: new Map(parts.prompts.map(prompt => [prompt.name, prompt])),
    resources: parts.resources,
    usableTools(context) {
      const usable: ToolDescriptor[] = [];
      for (const [name, tool] of tools) {
        const descriptor = descriptors.get(name);
        if (descriptor && (tool.isUsable?.(context) ?? true)) usable.push(descriptor);
      }
      return usable;
    },
    resourceTouches(uri) {
      for (const provider of parts.resources) {
        const touches = provider.touches(uri);
        if (touches) return touches;
      }
      return undefined;
    },
  };
}

function describe(tool: ToolDefinition): ToolDescriptor {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: objectSchema(tool, 'input'),
    outputSchema: objectSchema(tool, 'output'),
    annotations: {
      title: tool.title,
      readOnlyHint: tool.hints.readOnly,
      destructiveHint: tool.hints.destructive,
      idempotentHint: tool.hints.idempotent,
      openWorldHint: tool.hints.openWorld,
    },
  };
}

function objectSchema(tool: ToolDefinition, side: 'input' | 'output'): Json {
  const { $schema, ...schema } = z.toJSONSchema(tool[side], { io: side }) as Record<string, Json>;
  if (schema.type !== 'object') {
    throw kernelErrors.PLUGIN_INVALID({ message: `The ${side} schema of the tool ${tool.name} must be one object.` });
  }
  // The dialect is the protocol's default and is left out, but where the tool itself names it.
  return $schema !== undefined && tool[side].meta()?.$schema ? { $schema, ...schema } : schema;
}
