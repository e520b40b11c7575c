import type { Call } from '../pipeline/call.ts';
import type { Gate, InboundMessage, Refusal } from '../pipeline/gate.ts';
import { httpAnswer, inBandAnswer, type WireAnswer } from './error-response.ts';
import { serverErrors } from './errors.ts';
import type { Inbound } from './mcp-inbound.ts';
import { notificationOutcome } from './notification-outcome.ts';
import type { PlainAnswer } from './plain-answer.ts';
import { sessionDenial } from './session-denial.ts';

/** Messages in one batch. */
export const maxBatch = 20;

interface BatchParts {
  readonly gate: Gate;
  readonly messageOf: (element: Inbound) => InboundMessage;
  /** Whether the session that the request names, where it names one, is the caller's. */
  readonly isKnownSession: (call: Call) => boolean;
  readonly plainAnswer: PlainAnswer;
}

/** What became of one element: its JSON, nothing for a notification, or a refusal that is an HTTP answer of its own. */
type Answered = { readonly json?: string; readonly refused?: WireAnswer; readonly headers: Call['responseHeaders'] };

/**
 * Answers a batch (revision 2025-03-26 alone has them): every element goes through the gate by itself, as if it had
 * come alone. What needs a conversation is refused here. Where every element is refused for the same kind of reason
 * (no credential, say), so is the whole.
 */
export async function answerBatch(
  parts: BatchParts,
  elements: readonly Inbound[],
): Promise<{ status: number; headers: Readonly<Record<string, string>>; json: string | undefined }> {
  const answers = await Promise.all(elements.map(element => answerElement(parts, element)));
  const headers = answers.at(-1)?.headers ?? {};
  const [first] = answers;
  if (first?.refused && answers.every(({ refused }) => refused !== undefined)) {
    const { refused } = first;
    return { status: refused.status, headers: { ...headers, ...refused.headers }, json: JSON.stringify(refused.body) };
  }
  const texts = answers.flatMap(({ json, refused }) => json ?? (refused ? JSON.stringify(refused.body) : []));
  return texts.length === 0
    ? { status: 202, headers, json: undefined }
    : { status: 200, headers, json: `[${texts.join(',')}]` };
}

async function answerElement(parts: BatchParts, element: Inbound): Promise<Answered> {
  const { gate, plainAnswer } = parts;
  const { id } = element;
  const call = gate.receive(parts.messageOf(element));
  const headers = call.responseHeaders;

  function refused(refusal: Refusal): Answered {
    if (refusal.as === 'http') return { refused: httpAnswer(refusal.error, id), headers };
    return { json: inBandAnswer({ refusal, call, id, plainAnswer }), headers };
  }

  const refusal = (await gate.admit(call)) ?? (await unfit(parts, element, call));
  if (refusal) return refused(refusal);
  if (element.kind === 'notification') return { headers };
  const performed = await gate.perform(call);
  return performed.ok ? { json: plainAnswer(element, performed.result), headers } : refused(performed.refusal);
}

/** Why an admitted element cannot be carried out in a batch; a notification is done with once it is written down. */
async function unfit({ gate, isKnownSession }: BatchParts, element: Inbound, call: Call): Promise<Refusal | undefined> {
  const isKnown = isKnownSession(call);
  if (element.isPlain && call.tool?.interactive !== true && isKnown) return undefined;
  if (element.kind === 'notification') return gate.seal(call, notificationOutcome(element.method));
  const error = isKnown
    ? serverErrors.MESSAGE_INVALID({ message: 'This message cannot be part of a batch.' })
    : serverErrors.PROTOCOL_SESSION_NOT_FOUND();
  return (await gate.seal(call, sessionDenial(error))) ?? { stage: 'session', error, as: 'protocol' };
}
