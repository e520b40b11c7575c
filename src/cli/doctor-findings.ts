import semver from 'semver';

/** One line of the doctor's report. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it. */
  readonly solve?: string;
}

/** Oldest Node that runs TypeScript as it is. */
const oldestNode = '22.18.0';

export function checkNode(version: string): Finding {
  return semver.gte(version, oldestNode)
    ? { check: 'node', status: 'ok', message: `Node ${version}.` }
    : fail('node', `Node ${version} is too old.`, `Use ${oldestNode} or newer.`);
}

export function fail(check: string, message: string, solve: string): Finding {
  return { check, status: 'fail', message, ...(solve && { solve }) };
}

export function warn(check: string, message: string, solve: string): Finding {
  return { check, status: 'warn', message, solve };
}
