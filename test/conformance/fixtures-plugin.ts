import { z } from 'zod';
import { definePlugin, type Runtime } from '../../src/index.ts';
import { askingTools } from './fixtures/asking-tools.ts';
import { conversingTools } from './fixtures/conversing-tools.ts';
import { plainTools } from './fixtures/plain-tools.ts';
import { prompts } from './fixtures/prompts.ts';
import { resources } from './fixtures/resources.ts';
import { fixtureTool } from './fixtures/tool.ts';

/**
 * The conformance suite's own tools, prompts and resources as an ordinary plugin, behind the whole pipeline: nothing
 * that the protocol knows may get lost on the way through it. For the suite alone.
 */
export function fixturesPlugin(stateKey: Uint8Array) {
  return definePlugin({
    name: 'conformance-fixtures',
    version: '1.0.0',
    kernel: '^1',
    settings: z.object({}),
    setup(scope) {
      let runtime: Runtime | undefined;
      scope.onStart(async started => {
        runtime = started;
      });
      for (const tool of [...plainTools, ...conversingTools, ...askingTools(stateKey)]) scope.tool(tool);
      for (const name of ['test_trigger_tool_change', 'test_trigger_prompt_change']) {
        scope.tool(
          fixtureTool({
            name,
            run() {
              runtime?.emit('policy.changed', {});
              return 'told';
            },
          }),
        );
      }
      for (const prompt of prompts) scope.prompt(prompt);
      scope.resources(resources);
    },
  });
}
