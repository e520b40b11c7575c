import type { Assembly } from '../assemble.ts';
import { GatehouseError } from '../errors.ts';
import { parseDomain } from '../model/domain.ts';
import type { Registry } from '../model/registry.ts';
import { checkPolicies, type PolicyCheck } from './check-policies.ts';
import type { ConfigFault } from './config-fault.ts';
import type { Config } from './define-config.ts';
import { didYouMean } from './nearest.ts';

interface Checked {
  readonly assembly: Assembly;
  readonly config: Config;
}

/** What is wrong with the plugins' policies, and with the config's on top of them. */
export function policyFaults({ assembly, config }: Checked): ConfigFault[] {
  const { registry, registrations, pluginPolicies } = assembly;
  const shared = {
    registry,
    groups: groupNames({ assembly, config }),
    pluginGroups: pluginPolicies.groups,
    domainFault: createDomainFault(registry),
  };
  const pluginFaults = registrations.policies.flatMap(({ plugin, value }) =>
    checkPolicies({ ...shared, given: value, ruleNames: new Set() }).map(
      ({ message, path = [] }): ConfigFault => ({
        message: `The plugin ${plugin.name}, at ${path.map(String).join('.')}: ${message}`,
        ...(plugin.definedAt ? { site: plugin.definedAt } : { path: ['plugins', plugin.name] }),
      }),
    ),
  );
  const ruleNames = new Set(pluginPolicies.rules.map(({ name }) => name));
  return [...pluginFaults, ...checkPolicies({ ...shared, given: config.policies, ruleNames })];
}

/** Fields that are shown to groups which do not exist. */
export function fieldGroupFaults({ assembly, config }: Checked): ConfigFault[] {
  const groups = groupNames({ assembly, config });
  return assembly.registry.all().flatMap(({ name, definition }) =>
    Object.entries(definition.fields).flatMap(([fieldName, { groups: named = [] }]) =>
      [...named.entries()].flatMap(([index, group]): ConfigFault[] => {
        if (groups.has(group)) return [];
        const message = `There is no group ${group}.${didYouMean(group, groups)}`;
        return [{ message, path: [name, 'fields', fieldName, 'groups', index], site: definition.definedAt }];
      }),
    ),
  );
}

function groupNames({ assembly, config }: Checked): ReadonlySet<string> {
  const own: unknown = config.policies?.groups;
  const names = typeof own === 'object' && own !== null ? Object.keys(own) : [];
  return new Set([...Object.keys(assembly.pluginPolicies.groups), ...names]);
}

/** Reads a rule's domain as it will be read for a caller; what stands for the caller is not known yet. */
function createDomainFault(registry: Registry): PolicyCheck['domainFault'] {
  const user = { id: '0'.repeat(24), login: 'nobody', name: 'Nobody', timeZone: 'UTC' };
  return ({ model: name, domain }) => {
    const model = registry.get(name);
    if (!model) return undefined;
    try {
      parseDomain({ domain, model, registry, user });
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof GatehouseError)) throw thrown;
      const positions = [...String(thrown.data?.at ?? '').matchAll(/\[(\d+)\]/g)].map(([, index]) => Number(index));
      return { message: thrown.publicMessage, path: positions };
    }
  };
}
