import { kernelErrors } from '../errors.ts';
import type { ToolDefinition } from '../tool/define-tool.ts';
import type { CallContext } from './call.ts';

/**
 * The tool, where the caller could use it at all: what `tools/list` does not show is unknown to `tools/call`, too. Asked
 * last, so that a missing scope is refused as that before, and can be asked for. Throws UNKNOWN_TOOL.
 */
export function usableTool(tool: ToolDefinition | undefined, context: CallContext): ToolDefinition {
  if (!tool || tool.isUsable?.(context) === false) throw kernelErrors.UNKNOWN_TOOL();
  return tool;
}
