/** One stage of the pipeline: what it guards, and what its refusal becomes. */
interface Stage {
  readonly name: string;
  readonly guards: string;
  /** `http`: an HTTP answer of its own; `tool`: a tool result that says why. */
  readonly refusal: 'http' | 'tool';
  /** HTTP statuses that its refusals carry, or what they are instead. */
  readonly statuses: string;
}

/**
 * The life of a call, left to right. The order is fixed; plugins put guards into stages (`scope.guard`), and within a
 * stage guards run in plugin dependency order. On stdio every `http` refusal is a JSON-RPC error with `data.code` and
 * `data.stage`.
 */
export const stages = [
  {
    name: 'admit',
    guards: 'host, origin, size; global deny list; lock-outs',
    refusal: 'http',
    statuses: '400 403 413',
  },
  { name: 'authenticate', guards: 'who calls: API key or token → Principal', refusal: 'http', statuses: '401' },
  { name: 'session', guards: 'idle time, age, concurrency', refusal: 'http', statuses: '401 429' },
  { name: 'network', guards: "the credential's own address rules and hours", refusal: 'http', statuses: '403' },
  { name: 'rate', guards: 'sliding windows', refusal: 'http', statuses: '429' },
  {
    name: 'scope',
    guards: 'what the tool needs against what was granted; volume quotas',
    refusal: 'http',
    statuses: '403 429',
  },
  { name: 'model', guards: "the credential's model list", refusal: 'tool', statuses: 'tool error' },
  { name: 'permission', guards: 'whitelist and group access', refusal: 'tool', statuses: 'tool error' },
  { name: 'fields', guards: 'every field named anywhere in the arguments', refusal: 'tool', statuses: 'tool error' },
  { name: 'execute', guards: 'tool → environment (record rules) → store', refusal: 'tool', statuses: 'tool error' },
  { name: 'redact', guards: 'what may leave', refusal: 'tool', statuses: 'tool error' },
  { name: 'audit', guards: 'durable, then the answer leaves', refusal: 'http', statuses: '503' },
] as const satisfies readonly Stage[];

/** One of the stages. */
export type StageName = (typeof stages)[number]['name'];

/** The stages in their order. */
export const stageNames: readonly StageName[] = stages.map(({ name }) => name);
