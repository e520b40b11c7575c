import { aggregate } from './aggregate.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import type { Environment, EnvironmentParts, Records } from './environment.ts';
import { modelNotAvailable } from './model-not-available.ts';
import { systemPrincipal } from './principal.ts';
import { read } from './read.ts';
import type { RecordsContext } from './records-context.ts';
import { count, search } from './search.ts';
import { write } from './write.ts';

/**
 * Records in the hands of one principal. Whatever asks, every operation is held against the principal's operations,
 * record rules and fields here once more. Making one costs nothing.
 */
export function createEnvironment(parts: EnvironmentParts): Environment {
  const { registry, policy, principal } = parts;
  const accessOf = (model: string) => policy.of(principal, model);
  return {
    principal,
    registry,
    of: name => {
      const access = accessOf(name);
      if (!access) throw modelNotAvailable(name);
      return records({ parts, model: access.registered, access, accessOf });
    },
    asSystem: reason => {
      parts.onSystem?.(reason);
      // The user stays who it is: what is written on somebody's behalf says so.
      return createEnvironment({ ...parts, principal: { ...systemPrincipal(reason), user: principal.user } });
    },
  };
}

function records(context: RecordsContext): Records {
  return {
    search: input => search(context, input),
    read: (ids, fields) => read(context, ids, fields),
    count: domain => count(context, domain),
    aggregate: input => aggregate(context, input),
    create: (values, input = {}) => create(context, values, input),
    write: (ids, values, input = {}) => write(context, { ids, values, ...input }),
    delete: (ids, input = {}) => remove(context, { ids, ...input }),
  };
}
