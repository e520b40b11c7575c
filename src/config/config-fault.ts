import type { DefinitionSite } from '../plugin/definition-site.ts';

/**
 * Something wrong with a configuration, and where: a path into the config, or a place in code. With both, the path
 * begins with the name of what stands at the place and goes on inside it: `['crm.partner', 'fields', 'email']`.
 */
export interface ConfigFault {
  readonly message: string;
  /** Such as `['policies', 'access', 2, 'model']`. */
  readonly path?: readonly PropertyKey[];
  readonly site?: DefinitionSite | undefined;
}
