import type { Guard } from '../../../src/index.ts';
import type { SessionBook } from '../sessions/session-book.ts';

/**
 * Refuses nothing: a client that ends its session of the protocol (HTTP DELETE) gives up its session here as well. Put
 * last of all that decides whether it is let in, and by its own credential it finds none but its own.
 */
export function leavingGuard({ book }: { readonly book: () => SessionBook }): Guard<'rate'> {
  return {
    name: 'session given up',
    check: () => undefined,
    trial: 'check',
    // Not before its entry is durable: where the log fails, the client still has its session.
    async settle(call) {
      const { principal, method, client } = call;
      const isEnd = method === 'session/end' && client.sessionId !== undefined;
      if (isEnd && principal) await book().leave({ call, principal });
    },
  };
}
