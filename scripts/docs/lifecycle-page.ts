import { stages } from '../../src/pipeline/stages.ts';
import type { Registrations } from '../../src/plugin/create-scope.ts';
import { table } from './table.ts';

/** docs/lifecycle.md. `guards`: of the plugins of the example configuration. */
export function lifecyclePage({ guards, sinks }: Pick<Registrations, 'guards' | 'sinks'>): string {
  const rows = stages.map(stage => {
    const names = guards.get(stage.name)?.map(({ name }) => name) ?? [];
    if (stage.name === 'audit') names.push(...sinks.map(({ value }) => value.name));
    return [`\`${stage.name}\``, stage.guards, names.join(', '), becomes[stage.refusal], stage.statuses];
  });
  const stageTable = table({
    head: ['Stage', 'What it guards', 'Guards in it', 'A refusal becomes', 'HTTP status'],
    rows,
  });
  return page(stageTable);
}

const becomes = {
  http: 'an HTTP answer of its own; on stdio a JSON-RPC error',
  tool: 'a result with `isError`; for other methods a JSON-RPC error',
} as const;

const page = (stageTable: string) => `# The life of a call

<!-- Written by \`npm run docs\`; the table comes from src/pipeline/stages.ts. -->

\`\`\`
HTTP  POST /mcp ─┐
                 ├─► receive ─► admit … fields ─► execute ─► redact ─► audit ─► answer
stdio  one line ─┘   one Call   each may refuse   the tool   what may   durable
                                      │                      leave         ▲
                                      └──── refused: code, stage ──────────┘
\`\`\`

A transport reads one message and makes one \`Call\` of it: method, tool, arguments, and what the tool says that these
arguments touch: models, operations, fields. Then the stages look at it from left to right, and the first refusal ends
it. Whatever happens, the call is written to the audit log, and the answer leaves when that entry is durable. Where it
cannot be written, the answer is the refusal \`AUDIT_UNAVAILABLE\`.

${stageTable}

The order of the stages is fixed. Plugins put guards into them (\`scope.guard\`), and within a stage the guards run in the
order in which the plugins depend on each other. The guards above are those of the plugins in \`mcp.config.ts\`.

## What holds beside the stages

- **Every method goes this way**: \`tools/list\`, \`resources/read\`, \`completion/complete\`, \`subscriptions/listen\` and
  discovery as well as \`tools/call\`.
- **The tool does not hold records itself.** It reaches them through an environment that belongs to the caller and
  asks for group access, record rules and field access again for every single operation. A tool that says too little
  about what it touches still cannot read more than its caller may.
- **What may not be seen looks like what is not there.** An unknown model and a forbidden one get the same code and the
  same text; so do fields and records.
- **A hook only listens.** \`scope.on\` tells of a call after its entry is durable; it cannot decide, and its failure
  changes nothing.

The codes are in [errors.md](errors.md). To add a guard of your own, see [plugins.md](plugins.md).
`;
