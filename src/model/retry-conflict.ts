import { hasCode } from '../errors.ts';

/**
 * Makes an attempt, and once more where somebody else has written in between (STORE_CONFLICT): it has to look at everything
 * anew. A second conflict is thrown.
 */
export async function retryConflict<Result>(attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (!hasCode(error, 'STORE_CONFLICT')) throw error;
    return attempt();
  }
}
