/** A time limit of our own has passed; the server may still be at work. */
export class LimitReached extends Error {
  constructor(limit: number) {
    super(`no answer within ${limit} ms`);
    this.name = 'LimitReached';
  }
}

/**
 * The promise, or LimitReached after `limit` ms: servers that ignore `maxTimeMS`, and connections that have gone
 * silent, must not hold up a call.
 */
export function bounded<T>(promise: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LimitReached(limit)), limit);
    promise.then(
      value => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
