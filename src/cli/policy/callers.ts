import { didYouMean } from '../../config/nearest.ts';
import { type Operation, operations, type Principal } from '../../model/principal.ts';
import type { TrialCaller } from '../../pipeline/try-call.ts';
import { cliErrors } from '../errors.ts';
import { findPrincipal } from '../find-principal.ts';
import type { TrialHouse } from './trial-house.ts';

/** Whom a trial is for: a key by its prefix, a user, or somebody who is in these groups. */
export type CallerName =
  | { readonly key: string }
  | ({ readonly user: string } & CredentialLimits)
  | ({ readonly groups: readonly string[] } & CredentialLimits);

/** What a credential would be limited to. Left out: not at all. */
export interface CredentialLimits {
  readonly scopes?: readonly Operation[] | undefined;
  readonly models?: readonly string[] | undefined;
  readonly fields?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Throws USER_UNKNOWN, GROUP_UNKNOWN; a key is looked up by the guard that knows it. */
export async function findCaller(house: TrialHouse, name: CallerName): Promise<TrialCaller> {
  if ('key' in name) return { claim: name.key };
  if ('user' in name) return { principal: limited(await principalOf(house, name.user), name) };
  requireKnownGroups(house, name.groups);
  return { principal: limited(await principalIn(house, name.groups), name) };
}

/** The user with all rights of a user. Throws USER_UNKNOWN. */
export function principalOf({ app, registrations }: TrialHouse, login: string): Promise<Principal> {
  return findPrincipal({ registrations, runtime: app.runtime, login });
}

/** Somebody who is in these groups, and nobody in particular. */
export async function principalIn(house: TrialHouse, groups: readonly string[]): Promise<Principal> {
  const { app, registrations } = house;
  for (const { value } of registrations.principals) {
    const principal = await value.inGroups?.(groups, app.runtime);
    if (principal) return principal;
  }
  throw cliErrors.USER_UNKNOWN({ message: 'No plugin knows groups: turn on the plugin base.' });
}

/** Throws GROUP_UNKNOWN for a group that neither the config nor a plugin has. */
function requireKnownGroups({ app }: TrialHouse, groups: readonly string[]): void {
  const known = Object.keys(app.runtime.policies().groups);
  for (const group of groups) {
    if (known.includes(group)) continue;
    throw cliErrors.GROUP_UNKNOWN({ message: `There is no group ${group}.${didYouMean(group, known)}` });
  }
}

function limited(principal: Principal, { scopes, models, fields }: CredentialLimits): Principal {
  return {
    ...principal,
    credential: {
      ...principal.credential,
      scopes: new Set(scopes ?? operations),
      models: models ? new Set(models) : null,
      fields: fields ? new Map(Object.entries(fields).map(([model, names]) => [model, new Set(names)])) : null,
    },
  };
}
