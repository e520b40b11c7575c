import { locateFaults, shownPath } from '../../config/config-faults.ts';
import type { PolicySet } from '../../config/define-config.ts';
import type { PolicyEntry, PolicyOrigin } from '../../model/access-policy.ts';
import { formatPublicId } from '../../model/public-id.ts';
import type { TrialHouse } from './trial-house.ts';

/** An entry of the policies as it is shown. */
export type EntryReport = {
  /** `mcp.config.ts:88:7 policies.permissions[8]`, `plugin security: policies.access[2]`, `security.permission/65f0…`. */
  readonly where: string;
  readonly source: 'config' | 'plugin' | 'stored';
  readonly name: string | null;
  /** null: everyone. */
  readonly groups: readonly string[] | null;
  readonly except: readonly string[];
  /** It is for this caller. */
  readonly applies: boolean;
};

type Path = readonly PropertyKey[];

/** Says where entries of the policies are written down. */
export function createOrigins({ config, configFile, registrations }: TrialHouse): (entry: PolicyEntry) => EntryReport {
  const inConfig = pathsIn(config.policies);
  const inPlugins = registrations.policies.map(({ plugin, value }) => ({ name: plugin.name, paths: pathsIn(value) }));
  const known = new Map<object, string>();

  function configPlace(entry: object, path: Path): string {
    const place = known.get(entry) ?? locatedAt(path);
    known.set(entry, place);
    return place;
  }

  function locatedAt(path: Path): string {
    const [found] = locateFaults({ faults: [{ message: '', path }], configFile, config });
    return `${found?.file}:${found?.line}:${found?.column} ${shownPath(path)}`;
  }

  function placeOf(origin: PolicyOrigin): Pick<EntryReport, 'where' | 'source'> {
    if (!('entry' in origin)) return { where: formatPublicId(origin.model, origin.id), source: 'stored' };
    const path = inConfig.get(origin.entry);
    if (path) return { where: configPlace(origin.entry, path), source: 'config' };
    for (const { name, paths } of inPlugins) {
      const own = paths.get(origin.entry);
      if (own) return { where: `plugin ${name}: ${shownPath(own)}`, source: 'plugin' };
    }
    return { where: 'a plugin', source: 'plugin' };
  }

  return ({ origin, name = null, groups, except = [], applies }) => ({
    ...placeOf(origin),
    name,
    groups: groups === 'everyone' ? null : groups,
    except,
    applies,
  });
}

/** The entries of some policies by themselves: what is asked for is the very object. */
function pathsIn(policies: Partial<PolicySet> | undefined): ReadonlyMap<object, Path> {
  const paths = new Map<object, Path>();
  for (const part of ['access', 'rules', 'permissions', 'fields'] as const) {
    for (const [index, entry] of (policies?.[part] ?? []).entries()) paths.set(entry, ['policies', part, index]);
  }
  return paths;
}
