import { type Condition, kernelErrors, type Principal, parseDomain, type Runtime } from '../../src/index.ts';

/** Reads the domain of a record rule for one caller, with the server's own rights. Throws where it cannot be read. */
export function readDomainIn({ registry }: Runtime) {
  return ({ model, domain, principal }: { model: string; domain: unknown; principal: Principal }): Condition => {
    const registered = registry.get(model);
    if (!registered) throw kernelErrors.DOMAIN_INVALID({ detail: `there is no model ${model}` });
    return parseDomain({ domain, model: registered, registry, user: principal.user });
  };
}
