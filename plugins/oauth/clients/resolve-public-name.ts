import { Resolver } from 'node:dns/promises';
import type { TargetRules } from '../../../src/index.ts';

/**
 * Names as the name server has them. Not as the machine resolves them: that would take threads which passwords and keys
 * are checked on, and anybody may name a host whose name server is slow.
 */
export const resolvePublicName: TargetRules['resolve'] = async hostname => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
};
