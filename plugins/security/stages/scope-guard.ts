import { type Call, type GatehouseError, type Guard, type Operation, operations } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';

/** The scopes that a call needs: the tool's, and one for whatever its arguments touch (RFC 6750 §3.1 on a refusal). */
export const scopeGuard: Guard<'scope'> = {
  name: 'scopes',
  trial: 'check',
  check({ scope, touches, principal }) {
    const held = principal?.credential.scopes;
    const isHeld = (operation: Operation) => held?.has(operation) === true;
    if ((scope === undefined || isHeld(scope)) && touches.every(({ operation }) => isHeld(operation))) return;
    throw insufficient({ scope, touches, isHeld });
  },
};

function insufficient(
  input: Pick<Call, 'scope' | 'touches'> & { isHeld: (scope: Operation) => boolean },
): GatehouseError {
  const { scope, touches, isHeld } = input;
  const needed = operations.filter(
    operation => operation === scope || touches.some(touch => touch.operation === operation),
  );
  const missing = needed.filter(operation => !isHeld(operation));
  // Clients ask for exactly what a challenge names, so it names what they have as well.
  const all = operations.filter(operation => isHeld(operation) || needed.includes(operation));
  return securityErrors.INSUFFICIENT_SCOPE({
    message: `This call needs the scope ${needed.join(' and ')}; the credential lacks ${missing.join(' and ')}.`,
    data: { scope: needed.join(' '), missing },
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${all.join(' ')}"` },
  });
}
