import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { scopesIn } from '../scopes.ts';
import { clientScopes } from './client-scopes.ts';

const { Check, Prompt } = interactionPolicy;

/**
 * When a user is asked: at every authorization request. Whether one is signed in, and has agreed before, is for the
 * pages to know, not for the provider; both answers come back together.
 */
export function everyTime() {
  return [
    new Prompt(
      { name: 'login', requestable: true },
      new Check('scope', 'nothing that can be granted was asked for', isWithoutScope),
      new Check('unanswered', 'the user has to be asked', ctx => !isAnswered(ctx)),
    ),
    new Prompt({ name: 'consent', requestable: true }),
  ];
}

function isAnswered({ oidc: { result } }: KoaContextWithOIDC): boolean {
  return result?.login !== undefined && result.consent !== undefined;
}

/** Refuses what no user could grant, before one is asked. */
function isWithoutScope({ oidc: { params, client } }: KoaContextWithOIDC): false {
  const asked = typeof params?.scope === 'string' ? params.scope : '';
  const allowed = client ? clientScopes(client) : [];
  if (scopesIn(asked).some(scope => allowed.includes(scope))) return false;
  throw new errors.InvalidScope('none of the requested scopes can be granted', asked);
}
