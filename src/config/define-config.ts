import type { ModelDefinition } from '../model/define-model.ts';
import type { Classification } from '../model/field.ts';
import type { Mask } from '../model/mask.ts';
import type { Operation } from '../model/principal.ts';
import type { Plugin } from '../plugin/define-plugin.ts';
import { type DefinitionSite, definitionSite } from '../plugin/definition-site.ts';

/** Settings of each plugin, filled in by the plugins themselves (declaration merging): typed `plugins` in the config. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface PluginSettings {}

/** The `server` part of a config, with its defaults filled in. */
export interface ServerSettings {
  /** Address to listen on. Default `HOST` or 127.0.0.1. */
  readonly host: string;
  /** Default `PORT` or 3000; 0: any free one. */
  readonly port: number;
  /** How clients reach it, without a path. Default `http://<host>:<port>`. */
  readonly publicUrl: string;
  /** Addresses and ranges whose X-Forwarded-For is believed. Default none. */
  readonly trustedProxies: readonly string[];
  /** Further Host names that are served, beside `publicUrl`'s and the loopback names when listening there. */
  readonly allowedHosts: readonly string[];
  /** Further Origins that browsers may call from, beside `publicUrl`'s. */
  readonly allowedOrigins: readonly string[];
  /** Bytes of a request body at most. Default 1 MiB. */
  readonly maxBodyBytes: number;
  /** ms that a query may take. Default 10,000. */
  readonly queryTimeLimit: number;
  /** ms to finish calls in flight when stopping. Default 10,000. */
  readonly shutdownTimeLimit: number;
  /** `silent`, `error`, `warn`, `info` or `debug`. Default `info`. */
  readonly logLevel: string;
}

/** Where mail goes out. */
export interface MailSettings {
  /** `smtp://…` or `smtps://…`, with the password: never to be logged. */
  readonly url: string;
  /** The sender, `name@example.com` or `Name <name@example.com>`. */
  readonly from: string;
  /** Hours after which a message that cannot be delivered is given up. Default 72. */
  readonly giveUpAfterHours: number;
}

/** Yes or no for each operation; what is left out is not allowed. */
export type OperationFlags = Partial<Record<Operation, boolean>>;

/** Who may do what: code in the config, records in the store, the same shape. */
export interface PolicySet {
  /** By name, such as `sales`. Plugins bring theirs under their own name, such as `security.admin`. */
  readonly groups: Readonly<Record<string, { label: string; implies?: readonly string[] }>>;
  /** Group access: what a group may do with a model. Without a group: everyone. */
  readonly access: readonly ({ model: string; group?: string } & OperationFlags)[];
  /**
   * Record rules: global ones (no group) must all hold, and one of those of the caller's groups. Where a model has rules
   * for groups, whoever is in none of them reaches no record of it: give a group that may see all the domain `[]`.
   */
  readonly rules: readonly ({
    name: string;
    model: string;
    group?: string;
    /** Odoo notation; `{ user: 'id' }` as a value stands for the caller. */
    domain: readonly unknown[];
  } & OperationFlags)[];
  /** What AI clients may reach at all, on top of `access`. Without groups: everyone. */
  readonly permissions: readonly ({ model: string; groups?: readonly string[] } & OperationFlags)[];
  /** Fields that are hidden or masked, by name or by class, from everyone but some groups. */
  readonly fields: readonly {
    model?: string;
    fields?: readonly string[];
    classify?: Classification;
    /** Groups that see them all the same. Default none. */
    except?: readonly string[];
    /** Or: only these groups are kept from them. */
    groups?: readonly string[];
    /** They are masked instead of hidden: as each field says (`true`), or like this. */
    mask?: true | Mask;
  }[];
}

/** What `mcp.config.ts` says. */
export interface ConfigOptions {
  readonly server?: Partial<ServerSettings>;
  /** `sqlite:PATH` or `mongodb://…`. Default `GATEHOUSE_STORE`, `MONGODB_URI`, or `sqlite:data/gatehouse.db`. */
  readonly store?: string;
  /** Default `SMTP_URL` and `MAIL_FROM`; without a mail server, messages wait in the store. */
  readonly mail?: Partial<MailSettings>;
  /** Which plugins are on, with their settings. */
  readonly plugins: PluginSettings & Readonly<Record<string, object>>;
  /** Folders with further plugins, relative to the config. */
  readonly pluginFolders?: readonly string[];
  /** Plugins given as code instead of a folder. */
  readonly extraPlugins?: readonly Plugin[];
  readonly models?: readonly ModelDefinition[];
  readonly policies?: Partial<PolicySet>;
}

/** A configuration as `defineConfig` gives it. */
export interface Config extends ConfigOptions {
  readonly definedAt: DefinitionSite | undefined;
}

/** Declares the configuration: the default export of `mcp.config.ts`. */
export function defineConfig(options: ConfigOptions): Config {
  return { ...options, definedAt: definitionSite() };
}
