import type { Terminal } from '../plugin/scope.ts';

interface TerminalParts {
  /** Where people read along: stderr. */
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  readonly isInteractive: boolean;
  /** ms that only ever grow. */
  readonly ticks: () => number;
}

/** ms between two pictures of a bar, and between two lines in a log. */
const barInterval = 100;
const lineInterval = 5_000;

/** Notes and progress for people: a bar that is drawn over on a terminal, a plain line now and then in a log. */
export function createTerminal({ stream, isInteractive, ticks }: TerminalParts): Terminal {
  return {
    isInteractive,
    note: text => void stream.write(`${text}\n`),
    progress(label, total) {
      let shownAt = ticks();
      let reached = 0;
      const show = () => {
        shownAt = ticks();
        if (isInteractive) stream.write(`\r${bar({ label, done: reached, total, columns: stream.columns || 80 })}`);
        else stream.write(`${label}: ${count(reached)} of ${count(total)}\n`);
      };
      show();
      return {
        step(done) {
          reached = done;
          if (ticks() - shownAt >= (isInteractive ? barInterval : lineInterval)) show();
        },
        end() {
          show();
          if (isInteractive) stream.write('\n');
        },
      };
    },
  };
}

/** A terminal that nobody reads along on. */
export const silentTerminal: Terminal = {
  isInteractive: false,
  note() {},
  progress: () => ({ step() {}, end() {} }),
};

function bar(input: { label: string; done: number; total: number; columns: number }): string {
  const { label, done, total, columns } = input;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const figures = ` ${String(Math.floor(share * 100)).padStart(3)} %  ${count(done)}/${count(total)}`;
  const room = Math.max(0, Math.min(40, columns - label.length - figures.length - 4));
  const filled = Math.round(share * room);
  return `${label} [${'#'.repeat(filled)}${' '.repeat(room - filled)}]${figures}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
