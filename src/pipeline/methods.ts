import { kernelErrors } from '../errors.ts';
import type { PromptDefinition } from '../plugin/scope.ts';
import type { Json } from '../store/port.ts';
import type { Catalog } from '../tool/catalog.ts';
import { dataText } from '../tool/data-text.ts';
import type { ToolResult } from '../tool/define-tool.ts';
import type { Call, CallContext } from './call.ts';

/** Answers one protocol method with its result object. */
export type Method = (call: Call, context: CallContext) => Promise<Record<string, unknown>> | Record<string, unknown>;

/** What runs a tool: the pipeline, so that redaction comes before rendering. */
export type RunTool = (call: Call, context: CallContext) => Promise<ToolResult>;

/** The protocol's methods that this server answers by itself, whatever the transport and era. */
export function createMethods(catalog: Catalog, runTool: RunTool): ReadonlyMap<string, Method> {
  return new Map<string, Method>([
    ['ping', () => ({})],
    ['logging/setLevel', () => ({})],
    ['tools/list', (_, context) => ({ tools: catalog.usableTools(context) })],
    ['tools/call', async (call, context) => renderToolResult(await runTool(call, context))],
    ['resources/list', async (_, context) => ({ resources: await fromAll(catalog, p => p.list(context)) })],
    [
      'resources/templates/list',
      async (_, context) => ({ resourceTemplates: await fromAll(catalog, async p => p.templates?.(context) ?? []) }),
    ],
    ['resources/read', async (call, context) => ({ contents: await readResource(catalog, call, context) })],
    ['prompts/list', () => ({ prompts: Array.from(catalog.prompts.values(), listedPrompt) })],
    ['prompts/get', (call, context) => getPrompt(catalog, call, context)],
    ['completion/complete', (call, context) => complete(catalog, call, context)],
  ]);
}

/** A tool's result as the protocol has it: `content` for the model to read, `structuredContent` for programs. */
export function renderToolResult(result: ToolResult): Record<string, unknown> {
  if (result.inputRequired) return { ...result.inputRequired };
  return {
    content: result.content ?? [{ type: 'text', text: textOf(result) }],
    ...(result.content && Object.keys(result.structured).length === 0 ? {} : { structuredContent: result.structured }),
    ...(result.isError ? { isError: true } : {}),
  };
}

function textOf({ text, structured }: ToolResult): string {
  if (typeof text === 'string') return text;
  const json = JSON.stringify(structured);
  return text?.exact ? json : dataText(json);
}

async function fromAll<T>(
  catalog: Catalog,
  list: (provider: Catalog['resources'][number]) => Promise<readonly T[]>,
): Promise<T[]> {
  return (await Promise.all(catalog.resources.map(list))).flat();
}

async function readResource(catalog: Catalog, call: Call, context: CallContext): Promise<readonly Json[]> {
  const uri = call.target ?? '';
  for (const provider of catalog.resources) {
    if (provider.touches(uri) === undefined) continue;
    const contents = await provider.read(uri, context);
    if (contents) return contents;
  }
  throw kernelErrors.RESOURCE_NOT_FOUND({ data: { uri } });
}

function listedPrompt({ name, title, description, arguments: args }: PromptDefinition) {
  return { name, ...(title && { title }), ...(description && { description }), ...(args && { arguments: args }) };
}

async function getPrompt(catalog: Catalog, call: Call, context: CallContext): Promise<Record<string, unknown>> {
  const prompt = catalog.prompts.get(call.target ?? '');
  if (!prompt) throw kernelErrors.UNKNOWN_PROMPT();
  const given = textMembers(call.params.arguments);
  const missing = (prompt.arguments ?? []).filter(({ name, required }) => required && !(name in given));
  if (missing.length > 0) {
    throw kernelErrors.INVALID_ARGUMENTS({
      message: `Missing arguments: ${missing.map(({ name }) => name).join(', ')}`,
    });
  }
  return { ...(await prompt.get(given, context)) };
}

async function complete(catalog: Catalog, call: Call, context: CallContext): Promise<Record<string, unknown>> {
  const ref = textMembers(call.params.ref);
  const { name: argument = '', value = '' } = textMembers(call.params.argument);
  const values =
    ref.type === 'ref/prompt'
      ? await catalog.prompts.get(ref.name ?? '')?.complete?.({ argument, value, context })
      : await fromAll(
          catalog,
          async p => (await p.complete?.({ template: ref.uri ?? '', argument, value, context })) ?? [],
        );
  const found = values ?? [];
  return { completion: { values: found.slice(0, 100), total: found.length, hasMore: found.length > 100 } };
}

/** The members of an object that are text; of anything else none. */
function textMembers(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
