import { type CallContext, kernelErrors, type Preview, type ToolResult } from '../../../src/index.ts';
import type { RecordSettings } from '../settings.ts';

/** What a change would do, and how the tool answers it. */
export interface ChangePreview extends Preview {
  /** The tool's answer to a dry run. */
  readonly structured: Readonly<Record<string, unknown>>;
}

const minute = 60_000;

/**
 * Carries out what a call asks for once it is confirmed. Until then the call answers what would happen, with a token, or
 * has the client ask its user.
 */
export async function whenConfirmed<P extends ChangePreview>(input: {
  readonly context: CallContext;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>> & { readonly confirmation?: string | undefined };
  readonly settings: RecordSettings;
  readonly preview: () => Promise<P>;
  /** Does what the preview says, or nothing where that has changed. */
  readonly carryOut: (preview: P) => Promise<ToolResult>;
}): Promise<ToolResult> {
  const { context, tool, args, settings, preview, carryOut } = input;
  const { confirmation: token, ...others } = args;
  const lifetime = settings.confirm.minutes * minute;
  const answer = await context.confirm({ tool, args: others, token, lifetime, preview });
  switch (answer.kind) {
    case 'confirmed':
      return carryOut(answer.preview);
    case 'asked':
      return { structured: {}, inputRequired: answer.inputRequired, note: note('the user is asked') };
    case 'token': {
      const { token: fresh, expiresAt } = answer;
      const confirmation = { token: fresh, expiresAt, hint };
      const structured = { ...answer.preview.structured, confirmation };
      return { structured, note: note('a token was handed out') };
    }
    default:
      throw kernelErrors.INTERNAL({ detail: 'an unknown answer to a request for confirmation' });
  }
}

const hint =
  'Nothing has changed yet: this is what would happen. If the user agrees, the same call with this token as confirmation carries it out, once.';

function note(how: string): NonNullable<ToolResult['note']> {
  return { code: 'CONFIRMATION_REQUIRED', reason: `nothing was changed: ${how}` };
}
