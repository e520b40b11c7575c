import { type BackOff, type OutboundAnswer, waitAfter } from '../../../src/index.ts';

/** What becomes of a delivery after an attempt. `isGone`: the receiver wants no more of any. */
type AttemptOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly reason: string; readonly nextAt: number }
  | { readonly kind: 'dead'; readonly reason: string; readonly isGone: boolean };

const backOff: BackOff = { first: 5_000, longest: 6 * 3_600_000 };
/** ms that a receiver may ask us to wait. */
const longestAsked = 24 * 3_600_000;

/**
 * 2xx is success. 410 means never again. Everything else, redirects too, is tried again: the wait doubles from 5 s to 6
 * hours, half of it left to chance, and is no shorter than `Retry-After` says (RFC 9110, section 10.2.3), up to a day.
 * `failures`: this one included, if it is one. `random`: from 0 to below 1.
 */
export function outcomeOf(input: {
  answer: OutboundAnswer;
  failures: number;
  queuedAt: number;
  now: number;
  giveUpAfter: number;
  random: () => number;
}): AttemptOutcome {
  const { answer, failures, queuedAt, now, giveUpAfter, random } = input;
  if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) return { kind: 'delivered' };
  const reason = answer.kind === 'failed' ? answer.reason : `the answer was ${answer.status}`;
  const isGone = answer.kind === 'answered' && answer.status === 410;
  if (isGone || now - queuedAt >= giveUpAfter) return { kind: 'dead', reason, isGone };
  const asked = answer.kind === 'answered' ? readRetryAfter(answer.headers['retry-after'], now) : 0;
  const wait = Math.max(waitAfter({ ...backOff, failures, random }), Math.min(asked, longestAsked));
  return { kind: 'retry', reason, nextAt: now + wait };
}

/** ms that `Retry-After` asks for, in seconds or as a date; 0 where it says nothing that can be read. */
export function readRetryAfter(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
