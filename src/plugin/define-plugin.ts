import type { z } from 'zod';
import { type DefinitionSite, definitionSite } from './definition-site.ts';
import type { Scope } from './scope.ts';

/** A plugin: its manifest, and `setup`, which registers what it brings. */
export interface PluginOptions<Settings extends z.ZodType> {
  /** As its folder. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** Range of kernel versions that it works with, such as `^1`. */
  readonly kernel: string;
  /** Plugins that must be there; they are set up first. */
  readonly depends?: readonly string[];
  /** Its part of `plugins` in the config: defaults, docs and checks. */
  readonly settings: Settings;
  /** Registers through `scope`; may not reach for anything else. */
  setup(scope: Scope, settings: z.output<Settings>): void;
}

/** A plugin as `definePlugin` gives it. */
export interface Plugin extends PluginOptions<z.ZodType> {
  readonly definedAt: DefinitionSite | undefined;
}

/** Declares a plugin: the default export of its `plugin.ts`. */
export function definePlugin<Settings extends z.ZodType>(options: PluginOptions<Settings>): Plugin {
  return { ...(options as unknown as PluginOptions<z.ZodType>), definedAt: definitionSite() };
}
