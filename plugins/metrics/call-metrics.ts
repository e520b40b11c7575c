import { Counter, type Registry } from 'prom-client';
import { durationHistogram, type Hooks, type RegisteredModel, stageNames } from '../../src/index.ts';

type Finished = Hooks['call.finished'];

/**
 * Counts calls and where their time goes. Every label is one of what the server itself has: methods, tools, models,
 * stages and codes of its own; whatever else a caller sends counts as `other`.
 */
export function createCallMetrics(parts: {
  readonly metrics: Registry;
  readonly hasModel: (name: string) => RegisteredModel | undefined;
}): (event: Finished) => void {
  const registry = parts.metrics;
  const tallies = new Map<string, Tally>();
  new Counter({
    name: 'gatehouse_calls_total',
    help: 'Calls that ended, by what was asked and how they ended.',
    labelNames: ['method', 'tool', 'model', 'outcome', 'stage'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of tallies.values()) this.inc(labels, count);
    },
  });
  const seconds = durationHistogram({
    registry,
    name: 'gatehouse_call_seconds',
    help: 'Time of a call until its answer could leave.',
  });
  const times = {
    ok: seconds({ outcome: 'ok' }),
    denied: seconds({ outcome: 'denied' }),
    error: seconds({ outcome: 'error' }),
  };
  const stageSeconds = durationHistogram({
    registry,
    name: 'gatehouse_stage_seconds',
    help: 'Time of a call in each stage that it came to.',
  });
  const stages = stageNames.map(stage => ({ stage, observe: stageSeconds({ stage }) }));

  return ({ call, outcome, durationMs, stageMs }) => {
    const [touch] = call.touches;
    const method = knownMethods.has(call.method) ? call.method : 'other';
    const tool = call.tool?.name ?? '';
    const model = touch === undefined ? '' : parts.hasModel(touch.model) ? touch.model : 'other';
    const stage = outcome.kind === 'denied' ? outcome.stage : '';
    const key = `${method} ${tool} ${model} ${outcome.kind} ${stage}`;
    const tally = tallies.get(key);
    if (tally) tally.count += 1;
    else tallies.set(key, { labels: { method, tool, model, outcome: outcome.kind, stage }, count: 1 });
    times[outcome.kind](durationMs);
    for (const { stage: name, observe } of stages) {
      const ms = stageMs[name];
      if (ms !== undefined) observe(ms);
    }
  };
}

/** Calls with the same labels. */
interface Tally {
  readonly labels: Record<'method' | 'tool' | 'model' | 'outcome' | 'stage', string>;
  count: number;
}

/** The protocol's methods, and what the log calls the parts of a session (`session/…`). */
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
