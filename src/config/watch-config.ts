import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import type { Assembly } from '../assemble.ts';
import { GatehouseError } from '../errors.ts';
import { checkConfig } from './check-config.ts';
import { configInvalid } from './config-faults.ts';
import type { Config, PolicySet } from './define-config.ts';
import { fingerprint } from './fingerprint.ts';
import { readConfig } from './load-config.ts';
import { mergePolicies } from './merge-policies.ts';
import { policyFaults } from './policy-faults.ts';

/** Runs something every so many ms until it is stopped. */
export type Every = (ms: number, run: () => Promise<void>) => { stop(): void };

export interface WatchConfigInput {
  /** Absolute. */
  readonly file: string;
  /** What the server was started with. */
  readonly running: { readonly config: Config; readonly assembly: Assembly };
  readonly log: Logger;
  /** Called with the whole of the new policies, valid for the running models, when they differ from the last. */
  readonly onPolicies: (policies: PolicySet) => void;
  readonly every?: Every;
}

/** Parts of a config that take effect at the next start. */
const fixedParts = ['server', 'store', 'mail', 'plugins', 'pluginFolders', 'extraPlugins', 'models'] as const;
const pollInterval = 300;

/**
 * Watches the config's files and applies edits of the policies. The files are asked for their state every 300 ms
 * rather than subscribed to, which works on every file system and with editors that replace a file. An edit is read
 * once it has been still for one interval, and checked as a whole: a fault leaves the running policies in force and is
 * logged once, with file and line. Other changes are logged as waiting for a restart.
 */
export function watchConfig({ file, running, log, onPolicies, every = everyInterval }: WatchConfigInput) {
  let files: ReadonlySet<string> = new Set([file]);
  /** The states that were read last; none yet, so the file is read anew for what was edited since the start. */
  let read: FileStates | undefined;
  let seen: FileStates = new Map();
  let applied = fingerprint(mergePolicies([running.config.policies ?? {}]));
  let waiting = fingerprint([]);
  let isBusy = false;

  async function poll(): Promise<void> {
    const states = await statesOf(files);
    const isStill = read === undefined || sameStates(states, seen);
    seen = states;
    if (!isStill || (read && sameStates(states, read))) return;
    await reload();
    // What is imported for the first time is watched from now on; an edit made while reading counts as the next one.
    seen = new Map([...(await statesOf(files)), ...[...states].filter(([path]) => files.has(path))]);
    read = seen;
  }

  async function reload(): Promise<void> {
    const { config, fault, files: found } = await readConfig({ file });
    files = fault ? new Set([...files, ...found]) : found;
    try {
      if (!config) throw configInvalid({ faults: [fault], configFile: file });
      await checkConfig({ config, configFile: file });
      apply(config);
    } catch (thrown) {
      if (!(thrown instanceof GatehouseError)) throw thrown;
      log.error(
        { code: thrown.code, ...thrown.data },
        `${basename(file)} was edited, but the edit is not applied; what was in force stays. ${thrown.publicMessage}`,
      );
    }
  }

  function apply(config: Config): void {
    const changed = fixedParts.filter(part => partText(config, part) !== partText(running.config, part));
    // The models that run are the old ones until the restart, so the policies must fit them too.
    const faults = changed.length > 0 ? policyFaults({ assembly: running.assembly, config }) : [];
    const policies = mergePolicies([config.policies ?? {}]);
    const next = fingerprint(policies);
    const texts = changed.map((part): [string, string] => [part, partText(config, part)]);
    reportWaiting(new Map(faults.length > 0 ? [...texts, ['policies', next]] : texts));
    if (faults.length > 0 || next === applied) return;
    applied = next;
    onPolicies(policies);
    log.info(`${basename(file)} was edited; its policies are in force.`);
  }

  /** Once for each edit: whoever edits what waits already is told again that it does. */
  function reportWaiting(texts: ReadonlyMap<string, string>): void {
    const next = fingerprint([...texts]);
    if (next === waiting) return;
    waiting = next;
    const parts = [...texts.keys()];
    if (parts.length === 0) log.info(`${basename(file)} was edited; nothing in it waits for a restart any more.`);
    else log.warn({ parts }, `${basename(file)} was edited; restart for changes of ${parts.join(', ')}.`);
  }

  const timer = every(pollInterval, async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await poll();
    } catch (thrown) {
      log.error({ err: thrown }, `${basename(file)} could not be watched`);
    } finally {
      isBusy = false;
    }
  });
  return { close: () => timer.stop() };
}

function partText(config: Config, part: (typeof fixedParts)[number]): string {
  // A plugin's schema is no plain data; its version and code tell whether it is another one.
  if (part !== 'extraPlugins') return fingerprint(config[part]);
  return fingerprint(config.extraPlugins?.map(({ name, version, setup }) => [name, version, setup]));
}

/** What tells whether a file was written or replaced, by path. */
type FileStates = ReadonlyMap<string, string>;

async function statesOf(files: ReadonlySet<string>): Promise<FileStates> {
  const states = Array.from(files, async (file): Promise<[string, string]> => {
    try {
      const { mtimeNs, size, ino } = await stat(file, { bigint: true });
      return [file, `${mtimeNs} ${size} ${ino}`];
    } catch {
      // Being replaced at this moment, or gone: a state like another, and reading it will say so.
      return [file, 'absent'];
    }
  });
  return new Map(await Promise.all(states));
}

function sameStates(one: FileStates, other: FileStates): boolean {
  return one.size === other.size && [...one].every(([file, state]) => other.get(file) === state);
}

function everyInterval(ms: number, run: () => Promise<void>) {
  const timer = setInterval(run, ms);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
