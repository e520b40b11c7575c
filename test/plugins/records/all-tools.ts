import { recordTools } from '../../../plugins/records/plugin.ts';
import { recordSettings } from '../../../plugins/records/settings.ts';
import type { ToolDefinition, Touch } from '../../../src/index.ts';

export const settings = recordSettings.parse({});

/** The record tools as the plugin registers them with its default settings, by name. */
export const tools: ReadonlyMap<string, ToolDefinition> = new Map(
  recordTools.map(make => {
    const tool = make(settings);
    return [tool.name, tool];
  }),
);

export function toolNamed(name: string): ToolDefinition {
  const tool = tools.get(name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
}

/** What a tool says that these arguments touch, after its schema has accepted them. */
export function touchesOf(name: string, args: Record<string, unknown>): readonly Touch[] {
  const tool = toolNamed(name);
  return tool.touches(tool.input.parse(args));
}

export const someId = '65f0a1b2c3d4e5f601234567';
export const otherId = '65f0a1b2c3d4e5f601234568';
