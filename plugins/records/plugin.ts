import type { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { modelResources } from './model-resources.ts';
import { recordPage } from './record-page.ts';
import { recordSettings } from './settings.ts';
import { aggregateTool } from './tools/aggregate.ts';
import { createTool } from './tools/create.ts';
import { deleteTool } from './tools/delete.ts';
import { describeModelTool } from './tools/describe-model.ts';
import { fetchTool } from './tools/fetch.ts';
import { listModelsTool } from './tools/list-models.ts';
import { readTool } from './tools/read.ts';
import { searchTool } from './tools/search.ts';
import { writeTool } from './tools/write.ts';

/** Every record tool, each made with the plugin's settings. */
export const recordTools = [
  listModelsTool,
  describeModelTool,
  searchTool,
  readTool,
  fetchTool,
  aggregateTool,
  createTool,
  writeTool,
  deleteTool,
] as const;

/** The tools with which AI clients find, read and change records. */
export default definePlugin({
  name: 'records',
  version: '1.0.0',
  kernel: '^1',
  settings: recordSettings,
  setup(scope, settings) {
    for (const tool of recordTools) scope.tool(tool(settings));
    scope.resources(modelResources);
    scope.route(recordPage);
  },
});

declare module '../../src/index.ts' {
  interface PluginSettings {
    readonly records?: z.input<typeof recordSettings>;
  }
}
