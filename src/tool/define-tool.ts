import type { z } from 'zod';
import type { Operation } from '../model/principal.ts';
import type { CallContext } from '../pipeline/call.ts';
import type { Json } from '../store/port.ts';

/** One model that a call is about to touch, and how. */
export interface Touch {
  readonly model: string;
  readonly operation: Operation;
  /**
   * Every field path named anywhere in the arguments (dotted through relations), with its place for the error text.
   * `read`: the answer depends on its value; `show`: it is in the answer and no more, so a masked one will do.
   */
  readonly fields?: readonly { readonly path: string; readonly use: 'read' | 'show' | 'write'; readonly at: string }[];
  /** Ids named in the arguments, for the audit entry. */
  readonly ids?: readonly string[];
  /** For the audit entry: a domain without values, such as `email = … & city ilike …`. */
  readonly domain?: string;
}

/** What a tool gives back. */
export interface ToolResult {
  /** Fits the tool's output schema; becomes `structuredContent`. */
  readonly structured: Record<string, unknown>;
  /**
   * The text that the model reads. Default: the JSON of `structured` under a line that says that it is data. `exact`:
   * the JSON alone.
   */
  readonly text?: string | { readonly exact: true };
  /** Other content (images, links) instead of text. */
  readonly content?: readonly Json[];
  /** How many records, or groups of figures, it carries; left out: as many as were read for it. */
  readonly records?: number;
  /** The call reached a tool that reports failure in its own words. */
  readonly isError?: boolean;
  /**
   * Only where there is an `interaction`: what the client must supply before the call can go on (the protocol's
   * `input_required` result). It is the whole answer; the client repeats the call with what was asked.
   */
  readonly inputRequired?: Readonly<Record<string, unknown>>;
  /** For the audit entry: the call did less than it asks for, and why. */
  readonly note?: { readonly code: string; readonly reason: string };
}

/** What a client is told about a tool before it calls it: the annotations of the protocol (`readOnlyHint`, …). */
export interface ToolHints {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly openWorld: boolean;
}

/** A tool as MCP clients see it, and what the gate needs to know about it. */
export interface ToolOptions<Input extends z.ZodObject> {
  /** At most 64 characters, letters, digits, `_` and `-`. */
  readonly name: string;
  readonly title: string;
  /** What it does, narrowly; instructs nothing. */
  readonly description: string;
  /** A strict object: unknown arguments are refused. */
  readonly input: Input;
  readonly output: z.ZodObject;
  readonly hints: ToolHints;
  /** The scope a credential needs for this call. */
  scope(args: z.infer<Input>): Operation;
  /** Every model, operation and field that the call will touch. The stages decide by this, the environment again by itself. */
  touches(args: z.infer<Input>): readonly Touch[];
  /** Whether the caller could use it at all; hidden from `tools/list` and unknown to `tools/call` otherwise. */
  isUsable?(context: CallContext): boolean;
  /**
   * The arguments with which a trial (`policy explain`, `policy test`) runs it: such that nothing changes anywhere.
   * Left out: trials end before it.
   */
  trial?(args: z.infer<Input>): z.infer<Input>;
  /**
   * It talks to the client while it runs (progress, log, elicitation), so it needs the SDK's streaming. Default false. As
   * a function: with these arguments it would, and does without where there is no way to the client.
   */
  readonly interactive?: boolean | ((args: z.infer<Input>) => boolean);
  run(args: z.infer<Input>, context: CallContext): Promise<ToolResult>;
}

/** A tool whatever its arguments are. */
export type ToolDefinition = ToolOptions<z.ZodObject>;

/** Declares a tool, with `args` typed by its input schema. */
export function defineTool<Input extends z.ZodObject>(options: ToolOptions<Input>): ToolDefinition {
  return options as unknown as ToolDefinition;
}
