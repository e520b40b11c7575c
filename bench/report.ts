import type { Figures } from './measure.ts';

/** One line of a table: what was measured, and how it compares with the first line of its section. */
export interface Line {
  readonly label: string;
  readonly figures: Figures;
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** The section as a table for people; ratios are to its first line. */
export function table({ title, lines }: Section): string {
  const base = lines[0]?.figures;
  const rows = lines.map(({ label, figures }) => [
    label,
    figures.rate.toFixed(0),
    figures.p50.toFixed(2),
    figures.p99.toFixed(2),
    figures.cpu.toFixed(0),
    figures.memory.toFixed(0),
    base ? `${(figures.rate / base.rate).toFixed(2)} ×` : '',
    base ? `${(figures.cpu / base.cpu).toFixed(2)} ×` : '',
  ]);
  const head = ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs', 'RSS MiB', 'rate', 'CPU'];
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map(row => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [`\n${title}`, line(head), ...rows.map(line)].join('\n');
}

/** What several servers did at the same time, as one: rates and memory together, processor time a request of any. */
export function together(parts: readonly Figures[]): Figures {
  const rate = parts.reduce((sum, part) => sum + part.rate, 0);
  const average = (of: (part: Figures) => number) => parts.reduce((sum, part) => sum + of(part) * part.rate, 0) / rate;
  return {
    rate,
    p50: average(part => part.p50),
    p99: Math.max(...parts.map(part => part.p99)),
    cpu: average(part => part.cpu),
    memory: parts.reduce((sum, part) => sum + part.memory, 0),
  };
}

/** Several runs of the same: the median by rate, so that one disturbed run does not decide. */
export function median(runs: readonly Figures[]): Figures {
  const sorted = runs.toSorted((a, b) => a.rate - b.rate);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) throw new Error('no run');
  return middle;
}
