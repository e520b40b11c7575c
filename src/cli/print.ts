import type { Writable } from 'node:stream';
import type { CommandContext } from '../plugin/scope.ts';
import type { Json } from '../store/port.ts';

/**
 * Prints the result of a command: its JSON with `--json`, its text for people otherwise. Nothing else is on stdout.
 * Control characters are written out, in JSON as it escapes them: values come from everywhere, and must not move the
 * cursor of whoever reads them.
 */
export function createPrint(stream: { write(text: string): unknown }): CommandContext['print'] {
  return ({ json, text }, options) => {
    const result = options.json ? JSON.stringify(json, null, 2) : text;
    stream.write(`${visible(result, { lines: true })}\n`);
  };
}

/** Writes a long result piece by piece, as fast as it is taken. */
export function createWrite(stream: Writable): CommandContext['write'] {
  return text => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    stream.write(text, error => (error ? reject(error) : resolve()));
    return promise;
  };
}

/** Columns of values, aligned, under their headings; control characters are made visible so that no value can forge a line. */
export function table(headings: readonly string[], rows: readonly (readonly Json[])[]): string {
  const lines = [headings, ...rows].map(row => row.map(cell => shown(cell)));
  const widths = headings.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  return lines
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One thing, a line for each of its properties: `name: value`; no value can forge a line here either. */
export function facts(properties: Readonly<Record<string, Json>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}: ${shown(value)}`.trimEnd())
    .join('\n');
}

function shown(value: Json): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return visible(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Text without control characters: those that are there are written out, line breaks only where `lines` keeps them. */
export function visible(text: string, { lines = false } = {}): string {
  return text.replaceAll(/\p{Cc}/gu, character =>
    lines && character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
