import { dirname, join } from 'node:path/posix';

/** One module that a source file names. */
export interface ImportFound {
  /** Relative ones as a path from the top of the repository; packages as they are; undefined: computed at run time. */
  readonly target: string | undefined;
  /** Gone at run time: `import type`, `export type`. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

const gap = String.raw`(?:\s|/\*[\s\S]*?\*/|//[^\n]*\n)*`;
const quoted = String.raw`(['"\`])((?:(?!\1)[^\n\\]|\\.)*)\1`;
// Whatever follows `from`, `import` or `import(`, `require(` and `resolve(` as a text; comments in between are no way out.
const named = new RegExp(
  String.raw`(?<![\w$.])(?:from|import${gap}(?:\()?|require${gap}\()${gap}${quoted}|\bimport\.meta\.resolve${gap}\(${gap}${quoted.replaceAll('\\1', '\\3')}`,
  'g',
);
const computed = new RegExp(String.raw`(?<![\w$.])(?:import|require)${gap}\(${gap}(?!['"\s/])`, 'g');

/**
 * Every module that `source` names, by whatever syntax: static, re-exporting, for its side effects, dynamic. Without a
 * parser, so a text that only looks like an import counts as one: it errs on the strict side.
 */
export function importsOf({ file, source }: { file: string; source: string }): ImportFound[] {
  const found: ImportFound[] = [];
  const lineOf = (index: number) => source.slice(0, index).split('\n').length;
  for (const match of source.matchAll(named)) {
    const specifier = match[2] ?? match[4] ?? '';
    const isComputed = match[0].endsWith('`') && specifier.includes('${');
    found.push({
      target: isComputed ? undefined : resolveTarget(file, specifier),
      isTypeOnly: isTypeStatement(source.slice(0, match.index)),
      line: lineOf(match.index),
    });
  }
  for (const match of source.matchAll(computed)) {
    if (source[match.index + match[0].length] === '`') continue;
    found.push({ target: undefined, isTypeOnly: false, line: lineOf(match.index) });
  }
  return found;
}

/** Whether the statement that ends here began with `import type` or `export type`. */
function isTypeStatement(before: string): boolean {
  const start = Math.max(before.lastIndexOf('import'), before.lastIndexOf('export'));
  return start >= 0 && /^(?:import|export)\s+type\s[^'"`;]*$/.test(before.slice(start));
}

function resolveTarget(file: string, specifier: string): string {
  const plain = specifier.replace(/[?#].*$/, '');
  return plain.startsWith('.') ? join(dirname(file), plain) : plain;
}
