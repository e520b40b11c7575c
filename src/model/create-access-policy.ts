import type { AccessLayer, AccessPolicy, ModelAccess } from './access-policy.ts';
import { deriveAccess, systemAccess } from './derive-access.ts';
import { explainAccess } from './explain-access.ts';
import type { Principal } from './principal.ts';
import type { Registry } from './registry.ts';

type Derived = Map<string, ModelAccess | undefined>;

/**
 * The policy over these layers. What is derived is kept for each principal object, one model at a time, so a call
 * costs two look-ups however many models, permissions and rules there are. A layer that throws refuses.
 */
export function createAccessPolicy(input: {
  readonly registry: Registry;
  readonly layers: readonly AccessLayer[];
}): AccessPolicy {
  const { registry, layers } = input;
  let byPrincipal = new WeakMap<Principal, Derived>();
  const bySystem: Derived = new Map();

  const derivedOf = (principal: Principal): Derived => {
    if (principal.system) return bySystem;
    const known = byPrincipal.get(principal);
    if (known) return known;
    const fresh: Derived = new Map();
    byPrincipal.set(principal, fresh);
    return fresh;
  };

  const of = (principal: Principal, name: string): ModelAccess | undefined => {
    const derived = derivedOf(principal);
    const known = derived.get(name);
    if (known) return known;
    const model = registry.get(name);
    // Names that do not exist are not remembered: they would be memory for the asking.
    if (!model || derived.has(name)) return undefined;
    const access = principal.system ? systemAccess(model) : deriveAccess({ principal, model, registry, layers });
    derived.set(name, access);
    return access;
  };

  return {
    of,
    models: principal => registry.all().flatMap(model => of(principal, model.name) ?? []),
    explain: (principal, name) => {
      const model = registry.get(name);
      return model && explainAccess({ principal, model, registry, layers });
    },
    invalidate: () => {
      byPrincipal = new WeakMap();
    },
  };
}
