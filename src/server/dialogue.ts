import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Dialogue } from '../confirmation/confirmation.ts';
import { isObject } from '../is-object.ts';

/** The name of the one question in `inputRequests`, and of the one field in its form. */
const question = 'confirm';

/**
 * The way to the user by elicitation (form mode). Since 2026-07-28 the question is the call's result and the answer comes
 * with the repeated call; before, the SDK asks within the session. `declared`: what the client can do, as it said when
 * the session began; `isMute`: it was asked, and could not.
 */
export function dialogueOf(input: {
  ctx: Pick<ServerContext, 'mcpReq'>;
  declared: ClientCapabilities | undefined;
  isMute: boolean;
}): Dialogue {
  const { inputResponses, requestState } = input.ctx.mcpReq;
  const envelope: Readonly<Record<string, unknown>> = input.ctx.mcpReq.envelope ?? {};
  const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY] ?? input.declared;
  const state: unknown = requestState();
  return {
    canAsk: !input.isMute && canShowForms(capabilities),
    state: typeof state === 'string' ? state : undefined,
    answer: answerIn(inputResponses),
    ask: ({ message, state: requestState }) => ({
      ...inputRequired({ inputRequests: { [question]: form(message) }, requestState }),
    }),
  };
}

/** `elicitation: {}` is from before there were modes, and means forms. */
function canShowForms(capabilities: unknown): boolean {
  if (!isObject(capabilities) || !isObject(capabilities.elicitation)) return false;
  const { form, url } = capabilities.elicitation;
  return form === undefined ? url === undefined : isObject(form);
}

function form(message: string) {
  return inputRequired.elicit({
    message,
    requestedSchema: {
      type: 'object',
      properties: { [question]: { type: 'boolean', title: 'Yes, do this' } },
      required: [question],
    },
  });
}

/** A form that comes back without the yes is a no. */
function answerIn(responses: Record<string, unknown> | undefined): Dialogue['answer'] {
  const response = inputResponse(responses, question);
  if (response.kind !== 'elicit') return undefined;
  if (response.action === 'cancel') return 'cancelled';
  return response.action === 'accept' && response.content?.[question] === true ? 'agreed' : 'declined';
}
