import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DefinitionSite } from '../plugin/definition-site.ts';
import type { ConfigFault } from './config-fault.ts';
import { importsOf, parseSource } from './parse-source.ts';

/** What an error thrown while code of an admin was imported or run says, and where in `files`, its own, the cause is. */
export function loadFault({
  thrown,
  file,
  files,
}: {
  thrown: unknown;
  file: string;
  files: Pick<ReadonlySet<string>, 'has'>;
}): ConfigFault {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const site = codeFrame(error) ?? missingImport(error) ?? thrownAt(error, files) ?? { file, line: 1, column: 1 };
  return { message: withoutVersion(`${error.name}: ${error.message}`), site };
}

/** Node puts the place of a syntax error above the stack: `path:line`, the lines, a caret below the column, if any. */
function codeFrame({ stack = '' }: Error): DefinitionSite | undefined {
  const [place = '', ...lines] = stack.split('\n');
  const found = /^((?:file:\/\/|\/|[A-Za-z]:\\).*):(\d+)$/.exec(place);
  if (!found?.[1]) return undefined;
  const caret = lines.find(line => /^\s*\^+$/.test(line))?.indexOf('^');
  return { file: pathOf(found[1]), line: Number(found[2]), column: (caret ?? lines[0]?.length ?? 0) + 1 };
}

/** `Cannot find module … imported from …`: the import that says so. */
function missingImport({ message }: Error): DefinitionSite | undefined {
  const [, wanted, importer] = /^Cannot find (?:module|package) '([^']+)' imported from (.+)$/.exec(message) ?? [];
  if (!wanted || !importer) return undefined;
  const file = pathOf(importer);
  const program = parseSource(readFileSync(file, 'utf8'));
  const last = wanted.split(/[\\/]/).at(-1) ?? wanted;
  const found = program && importsOf(program).find(({ specifier }) => specifier.split('/').at(-1) === last);
  const start = found?.node.loc?.start;
  return { file, line: start?.line ?? 1, column: (start?.column ?? 0) + 1 };
}

function thrownAt({ stack = '' }: Error, files: Pick<ReadonlySet<string>, 'has'>): DefinitionSite | undefined {
  for (const [, place, line, column] of stack.matchAll(/^ +at (?:.*\()?(\S+?):(\d+):(\d+)\)?$/gm)) {
    const file = pathOf(place ?? '');
    if (files.has(file)) return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

function pathOf(place: string): string {
  const plain = withoutVersion(place);
  return plain.startsWith('file:') ? fileURLToPath(plain) : plain;
}

function withoutVersion(text: string): string {
  return text.replaceAll(/\?gatehouse-load=[0-9a-f-]+/g, '');
}
