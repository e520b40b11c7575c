import type { Guard } from '../../../src/index.ts';
import type { SessionBook } from '../sessions/session-book.ts';

/**
 * Refuses nothing: a client that ends its session of the protocol (HTTP DELETE) gives up its session here as well. Put
 * last of all that decides whether it is let in, and by its own credential it finds none but its own.
 */
export function leavingGuard({ book }: { readonly book: () => SessionBook }): Guard<'rate'> {
  return {
    name: 'session given up',
    check(call) {
      const { principal, method, client } = call;
      const isEnd = method === 'session/end' && client.sessionId !== undefined;
      return isEnd && principal ? book().leave({ call, principal }) : undefined;
    },
    trial: () => undefined,
  };
}
