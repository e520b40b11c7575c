import type { Call } from './call.ts';
import type { StageName } from './stages.ts';

/** Keeps in the call what a guard has found out: who calls, or the session. The first guard that answers counts. */
export function keepAnswer(call: Call, stage: StageName, answer: unknown): void {
  if (answer === undefined) return;
  if (stage === 'authenticate') call.principal ??= answer as NonNullable<Call['principal']>;
  else if (stage === 'session') call.session ??= answer as NonNullable<Call['session']>;
}
