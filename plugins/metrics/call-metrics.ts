import { Counter, Histogram, type Registry } from 'prom-client';
import { durationBuckets, type Hooks, type RegisteredModel, stageNames, type ToolDefinition } from '../../src/index.ts';

type Finished = Hooks['call.finished'];

/**
 * Counts calls and where their time goes. Every label is one of what the server itself has: methods, tools, models,
 * stages and codes of its own; whatever else a caller sends counts as `other`.
 */
export function createCallMetrics(parts: {
  readonly metrics: Registry;
  readonly hasModel: (name: string) => RegisteredModel | undefined;
}): (event: Finished) => void {
  const registers = [parts.metrics];
  const calls = new Counter({
    name: 'gatehouse_calls_total',
    help: 'Calls that ended, by what was asked and how they ended.',
    labelNames: ['method', 'tool', 'model', 'outcome', 'stage'],
    registers,
  });
  const seconds = new Histogram({
    name: 'gatehouse_call_seconds',
    help: 'Time of a call until its answer could leave.',
    labelNames: ['outcome'],
    buckets: durationBuckets,
    registers,
  });
  const stageSeconds = new Histogram({
    name: 'gatehouse_stage_seconds',
    help: 'Time of a call in each stage that it came to.',
    labelNames: ['stage'],
    buckets: durationBuckets,
    registers,
  });
  const stages = stageNames.map(stage => ({ stage, time: stageSeconds.labels({ stage }) }));

  return ({ call, outcome, durationMs, stageMs }) => {
    const [touch] = call.touches;
    calls.inc({
      method: knownMethods.has(call.method) ? call.method : 'other',
      tool: toolName(call.tool),
      model: touch === undefined ? '' : parts.hasModel(touch.model) ? touch.model : 'other',
      outcome: outcome.kind,
      stage: outcome.kind === 'denied' ? outcome.stage : '',
    });
    seconds.labels({ outcome: outcome.kind }).observe(durationMs / 1000);
    for (const { stage, time } of stages) {
      const ms = stageMs[stage];
      if (ms !== undefined) time.observe(ms / 1000);
    }
  };
}

function toolName(tool: ToolDefinition | undefined): string {
  return tool?.name ?? '';
}

const knownMethods: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'subscriptions/listen',
  'session/start',
  'session/stream',
  'session/end',
]);
