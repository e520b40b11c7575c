import { z } from 'zod';
import type { Plugin } from '../../src/plugin/define-plugin.ts';
import { table } from './table.ts';

/** docs/configuration.md, from the schemas that check a configuration. */
export function configurationPage(input: { server: z.ZodType; mail: z.ZodType; plugins: readonly Plugin[] }): string {
  const sections = input.plugins.map(({ name, settings }) => {
    const rows = settingRows(settings);
    return `### \`plugins.${name}\`\n\n${rows.length > 0 ? settingsTable(rows) : 'No settings: `{}`.'}`;
  });
  return page({
    server: settingsTable(settingRows(input.server)),
    mail: settingsTable(settingRows(input.mail)),
    plugins: sections.join('\n\n'),
  });
}

/** What of a JSON Schema is shown. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
}

function settingRows(schema: z.ZodType): string[][] {
  return rowsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode, '');
}

function rowsOf(node: SchemaNode, prefix: string): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    if (child.properties) return rowsOf(child, path);
    const given = child.default === undefined ? '' : `\`${JSON.stringify(child.default)}\``;
    return [[`\`${path}\``, kindOf(child), given, child.description ?? '']];
  });
}

function settingsTable(rows: readonly (readonly string[])[]): string {
  return table({ head: ['Setting', 'Kind', 'Default', 'Meaning'], rows });
}

function kindOf(node: SchemaNode): string {
  if (node.enum) return node.enum.map(value => `\`${String(value)}\``).join(' | ');
  if (node.anyOf) return node.anyOf.map(kindOf).join(' | ');
  if (node.type === 'array') return `list of ${node.items ? kindOf(node.items) : 'anything'}`;
  if (node.type === 'object') {
    const values = node.additionalProperties;
    return values && typeof values === 'object' ? `${kindOf(values)} by name` : 'object';
  }
  return `${node.type ?? 'anything'}${rangeOf(node)}`;
}

function rangeOf({ minimum, maximum }: SchemaNode): string {
  const lowest = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const highest = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (lowest !== undefined && highest !== undefined) return `, ${lowest} to ${highest}`;
  if (lowest !== undefined) return `, ${lowest} or more`;
  return highest === undefined ? '' : `, at most ${highest}`;
}

const page = (part: { server: string; mail: string; plugins: string }) => `# Configuration

<!-- Written by \`npm run docs\` from the schemas that check a configuration. -->

\`mcp.config.ts\` is code: typed, reviewed, versioned. It is checked as a whole before anything starts, and every fault is
named with file and line. While the server runs, an edit of the policies is applied between two calls; a faulty edit
changes nothing and is reported. Other parts (server, store, mail, plugins, models) take effect at the next start.

\`\`\`ts
export default defineConfig({
  server: { … },     // below
  store: '…',        // below
  mail: { … },       // below
  plugins: { … },    // which plugins are on, each with its settings: below
  pluginFolders: [], // folders with further plugins: see plugins.md
  models: [],        // models of your own: defineModel
  policies: { … },   // who may do what: see policies.md
});
\`\`\`

## The environment

| Variable | Meaning |
|---|---|
| \`HOST\`, \`PORT\` | Where to listen, where \`server\` says nothing. Default 127.0.0.1 and 3000. |
| \`GATEHOUSE_STORE\` | The store, where \`store\` says nothing: \`sqlite:PATH\` or \`mongodb://…\`. |
| \`MONGODB_URI\` | The same, when neither of the two is there. Default \`sqlite:data/gatehouse.db\`. |
| \`SMTP_URL\`, \`MAIL_FROM\` | The mail server and the sender, where \`mail\` says nothing. |
| \`GATEHOUSE_API_KEY\` | The key of a process on stdio. |

## \`server\`

${part.server}

## \`store\`

\`sqlite:PATH\` (relative to the configuration file) or a MongoDB URI. SQLite is one file and needs nothing else; for several
instances, use MongoDB. \`gatehouse doctor\` says what a store can do.

## \`mail\`

Mail is stored before it is sent, so an outage of the mail server delays messages and loses none: they are tried again
with growing pauses until they are delivered or given up. Without a mail server they wait. \`gatehouse doctor\` tells
whether the server answers, how many messages wait, and which were given up.

${part.mail}

## \`plugins\`

A plugin is on when its name is there, with \`{}\` for its defaults. What a plugin depends on has to be there as well.

${part.plugins}
`;
