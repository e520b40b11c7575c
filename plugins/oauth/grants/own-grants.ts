import { type AccessLayer, always, equals, type Principal } from '../../../src/index.ts';
import { grant } from '../models/grant.ts';

/** Who may see and end everyone's. */
export function managesAccess({ groups }: Principal): boolean {
  return groups.has('security.manager');
}

/** Connected apps in the hands of whoever does not manage them: their own. */
export const ownGrantsLayer: AccessLayer = {
  name: 'own connected apps',
  rule: ({ principal, model: { name } }) =>
    name !== grant.name || managesAccess(principal) ? always : equals('user', principal.user.id),
};
