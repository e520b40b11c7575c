import { type AccessLayer, all, always, equals, not } from '../../../src/index.ts';

const model = 'security.api-key';
const manager = 'security.manager';

/**
 * Keys in the hands of whoever does not manage them: their own, and nothing in them to be written; in the hands of those
 * who do: everyone's, but not the key that they call with. A key that could widen its own scopes would be no limit; what
 * may be done with one, ending it, is not a field.
 */
export const ownKeysLayer: AccessLayer = {
  name: 'own keys',
  field: ({ principal, model: { name } }) => ({ read: true, write: name !== model || principal.groups.has(manager) }),
  rule({ principal, model: { name }, operation }) {
    if (name !== model) return always;
    const { credential, groups, user } = principal;
    const theirs = groups.has(manager) ? always : equals('user', user.id);
    return operation === 'read' ? theirs : all(theirs, not(equals('id', credential.id)));
  },
};
