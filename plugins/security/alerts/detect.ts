import type { Call, Outcome } from '../../../src/index.ts';
import { safeText } from '../audit/safe-text.ts';
import type { AlertType } from './alert-types.ts';
import { addressSubject, credentialSubject, type Facts, type Occurrence } from './occurrence.ts';

/** Refusals that say: you may not. Others, of arguments that do not fit, are everyday mistakes. */
const deniedCodes: ReadonlySet<string> = new Set([
  'INSUFFICIENT_SCOPE',
  'MODEL_NOT_AVAILABLE',
  'OPERATION_NOT_ALLOWED',
  'FIELD_NOT_AVAILABLE',
  'RECORD_NOT_FOUND',
  'RESOURCE_NOT_FOUND',
  'RULE_VIOLATED',
]);

/** What a finished call says by itself. `isUsual`: whether a time is within the usual hours of a time zone. */
export function detect(input: {
  readonly call: Call;
  readonly outcome: Outcome;
  readonly isUsual: (time: number, timeZone: string) => boolean;
}): readonly Occurrence[] {
  const { call, outcome, isUsual } = input;
  const found: Occurrence[] = [];
  const type = outcome.kind === 'denied' ? typeOfDenial(outcome) : undefined;
  if (type && outcome.kind === 'denied') found.push(occurrence({ type, call, code: outcome.code }));
  const { principal } = call;
  const isOff = principal !== undefined && type !== 'off_hours' && outcome.kind !== 'denied';
  if (isOff && !isUsual(call.receivedAt, principal.user.timeZone)) found.push(occurrence({ type: 'off_hours', call }));
  return found;
}

function typeOfDenial({ stage, code }: Extract<Outcome, { kind: 'denied' }>): AlertType | undefined {
  // A database that is away refuses too, and is nobody's doing.
  if (code === 'UNAUTHENTICATED') return 'failed_authentication';
  if (code === 'ADDRESS_NOT_ALLOWED') return 'blocked_address';
  if (code === 'OUTSIDE_HOURS') return 'off_hours';
  if (code === 'QUOTA_EXCEEDED') return 'volume_quota';
  if (stage === 'rate') return 'rate_limit';
  return deniedCodes.has(code) ? 'denied_access' : undefined;
}

function occurrence({ type, call, code }: { type: AlertType; call: Call; code?: string }): Occurrence {
  const { principal, address, receivedAt: time } = call;
  const who = principal ? credentialSubject(principal) : addressSubject(address);
  return { type, ...who, time, facts: { ...factsOf(call), ...(code && { code }) } };
}

/** Of an unknown caller the key that it claims to have, which is no secret. */
export function factsOf({ principal, presented, address, touches }: Call): Facts {
  const claimed = /^gh_([0-9A-Za-z]{8})_/.exec(presented?.secret ?? '')?.[1];
  const key = principal?.credential.label ?? claimed;
  const model = touches[0] && safeText(touches[0].model, 100);
  return {
    address: safeText(address, 64),
    ...(principal && { user: principal.user.login }),
    ...(key !== undefined && { key }),
    ...(model !== undefined && { model }),
  };
}
