import type { Readable, Writable } from 'node:stream';

/** What the command line needs of the machine that it runs on; tests bring their own. */
export interface Machine {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The current folder, absolute. */
  readonly folder: string;
  readonly stdin: Readable;
  /** Results of commands, and the protocol of `stdio`; nothing else. */
  readonly stdout: Writable;
  /** Everything that is for people. */
  readonly stderr: Output;
  /** ms since the epoch. */
  readonly now: () => number;
  /** ms that only ever grow. */
  readonly ticks: () => number;
  /** Calls back for SIGINT and SIGTERM instead of ending the process; returns how to stop that. */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** A stream for people, and whether it is a terminal. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
}
