import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorFactory } from '../../src/errors.ts';
import { table } from './table.ts';

/** One `errors.ts` with its codes. */
export interface ErrorTable {
  /** From the top of the repository. */
  readonly file: string;
  readonly factories: readonly ErrorFactory[];
}

/** Every table of error codes: each part of the code has at most one, in its `errors.ts`. `top`: the repository. */
export async function errorTables(top: string): Promise<ErrorTable[]> {
  const files = globSync(['src/**/errors.ts', 'plugins/*/errors.ts'], { cwd: top }).toSorted(kernelFirst);
  return Promise.all(
    files.map(async file => {
      const exported: unknown[] = Object.values(await import(pathToFileURL(join(top, file)).href));
      const factories = exported
        .flatMap(value => (typeof value === 'object' && value !== null ? Object.values(value) : []))
        .filter(isFactory);
      return { file, factories };
    }),
  );
}

/** docs/errors.md */
export function errorsPage(tables: readonly ErrorTable[]): string {
  const sections = tables.map(({ file, factories }) =>
    [
      `## \`${file}\``,
      '',
      table({
        head: ['Code', 'HTTP', 'Who can solve it', 'What is said', 'How to solve it'],
        rows: factories.map(({ code, spec }) => [
          `\`${code}\``,
          String(spec.status),
          spec.audience,
          spec.message,
          spec.solve,
        ]),
      }),
    ].join('\n'),
  );
  return `${introduction}\n${sections.join('\n\n')}\n`;
}

const introduction = `# Errors

<!-- Written by \`npm run docs\` from the tables of codes in the source. -->

Every refusal and every failure has a code from one of these tables. A code never changes its meaning, so programs may
decide by it; the text beside it may say more about the occurrence than the one below.

Where the code stands in an answer:

- **A refusal before the tool is looked at** is an HTTP answer of its own, with the status below and a JSON-RPC error whose
  \`data.code\` is the code; \`data.solve\` says how to solve it, where the caller can. On stdio there is no status; the
  JSON-RPC error is the same, and \`data.stage\` names the stage of the pipeline that refused (see
  [lifecycle.md](lifecycle.md)).
- **A refusal of the model, of a permission or a field, and a failure of the tool** is a result with \`isError: true\`,
  which the AI model can read and act on; programs find the code in \`_meta["gatehouse/error"].code\`. The status below
  has no meaning there.
- **On the command line** it is the line on stderr, and the process ends with a status other than 0.

\`caller\`: the one who calls can solve it, perhaps with the help of an admin. \`operator\`: the one who runs the server.
What is not meant for the caller stands in the log alone, under the id of the call.
`;

function isFactory(value: unknown): value is ErrorFactory {
  return typeof value === 'function' && 'code' in value && 'spec' in value;
}

function kernelFirst(a: string, b: string): number {
  const rank = (file: string) => (file === 'src/errors.ts' ? 0 : file.startsWith('src/') ? 1 : 2);
  return rank(a) - rank(b) || a.localeCompare(b, 'en');
}
