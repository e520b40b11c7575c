import { z } from 'zod';
import { kernelErrors } from '../errors.ts';
import type { Catalog } from '../tool/catalog.ts';
import type { Call } from './call.ts';

/**
 * Finds out what a message asks for: its tool, its arguments by the tool's schema, the scope it needs and what it
 * touches. Runs once the caller is known and within its limits, so strangers cannot make it work.
 * Throws UNKNOWN_TOOL, UNKNOWN_PROMPT, INVALID_ARGUMENTS; before them the fault that the transport found.
 */
export function recognise(call: Call, catalog: Catalog): void {
  if (call.fault) throw call.fault;
  switch (call.method) {
    case 'tools/call':
      recogniseTool(call, catalog);
      break;
    case 'resources/read':
      call.touches = catalog.resourceTouches(call.target ?? '') ?? [];
      call.scope = 'read';
      break;
    case 'prompts/get':
      if (!catalog.prompts.has(call.target ?? '')) throw kernelErrors.UNKNOWN_PROMPT();
      break;
  }
}

function recogniseTool(call: Call, catalog: Catalog): void {
  const tool = catalog.tools.get(call.target ?? '');
  if (!tool) throw kernelErrors.UNKNOWN_TOOL();
  const parsed = tool.input.safeParse(call.params.arguments ?? {});
  if (!parsed.success) throw invalidArguments(parsed.error);
  call.tool = tool;
  call.arguments = parsed.data;
  call.scope = tool.scope(parsed.data);
  call.touches = tool.touches(parsed.data);
}

function invalidArguments(error: z.ZodError) {
  const problems = error.issues
    .slice(0, 20)
    .map(issue => ({ at: z.core.toDotPath(issue.path) || 'arguments', problem: issue.message }));
  return kernelErrors.INVALID_ARGUMENTS({
    message: `The arguments do not fit this tool. ${problems.map(({ at, problem }) => `${at}: ${problem}`).join('; ')}`,
    data: { problems },
  });
}
