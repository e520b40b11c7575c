import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import ipaddr from 'ipaddr.js';
import semver from 'semver';
import { isoTime } from '../../clock.ts';
import type { ServerSettings } from '../../config/define-config.ts';
import type { Runtime } from '../../plugin/scope.ts';
import { always } from '../../store/condition.ts';
import { sqliteFile } from '../../store/sqlite-file.ts';
import type { Finding } from './finding.ts';

/** As in `engines` of package.json. */
const oldestNode = '22.18.0';

/** Whether this Node runs TypeScript as it is. */
export function checkNode(version: string): Finding {
  return semver.gte(version, oldestNode)
    ? { check: 'node', status: 'ok', message: `Node ${version}.` }
    : { check: 'node', status: 'fail', message: `Node ${version} is too old.`, solve: `Use ${oldestNode} or newer.` };
}

/** Expiry, sessions and rates go by the clock; one behind the config's own date is certainly wrong. */
export function checkClock({ now, configFile }: { now: number; configFile: string }): Finding {
  const message = `${isoTime(now)} (UTC).`;
  const isBehind = now < statSync(configFile).mtimeMs - 60_000;
  if (!isBehind) return { check: 'clock', status: 'ok', message };
  return {
    check: 'clock',
    status: 'warn',
    message: `${message} The config was saved later than that.`,
    solve: 'Set the clock; best, let NTP do it.',
  };
}

/** Credentials travel in every request: beyond this machine they need TLS. */
export function checkPublicUrl(server: ServerSettings, { hasDemo }: { hasDemo: boolean }): Finding {
  const { hostname, protocol } = new URL(server.publicUrl);
  const check = 'public URL';
  if (isLoopback(hostname)) {
    return isLoopback(server.host)
      ? { check, status: 'ok', message: `${server.publicUrl}, from this machine only.` }
      : {
          check,
          status: 'warn',
          message: `It listens on ${server.host}, but clients are told ${server.publicUrl}.`,
          solve: 'Set server.publicUrl to what clients use.',
        };
  }
  if (protocol !== 'https:') {
    return {
      check,
      status: 'warn',
      message: `${server.publicUrl} is not encrypted: keys can be read on the way.`,
      solve: 'Put a proxy with TLS in front and set server.publicUrl to its https:// address.',
    };
  }
  return hasDemo
    ? {
        check,
        status: 'warn',
        message: `${server.publicUrl} serves the demo company as well.`,
        solve: 'Take demo out of plugins.',
      }
    : { check, status: 'ok', message: server.publicUrl };
}

/** Whoever is believed about addresses can pretend to be any. */
export function checkTrustedProxies(server: ServerSettings): Finding {
  const check = 'trusted proxies';
  const everyone = server.trustedProxies.find(range => ipaddr.isValidCIDR(range) && ipaddr.parseCIDR(range)[1] === 0);
  if (everyone) {
    return {
      check,
      status: 'fail',
      message: `${everyone} lets anyone choose the address they come from.`,
      solve: "Name the proxies' own addresses.",
    };
  }
  const isBehindProxy = server.publicUrl.startsWith('https:');
  if (isBehindProxy && server.trustedProxies.length === 0) {
    return {
      check,
      status: 'warn',
      message: 'TLS ends at a proxy, and none is named: every client seems to come from its address.',
      solve: 'Set server.trustedProxies.',
    };
  }
  const message = server.trustedProxies.length > 0 ? server.trustedProxies.join(', ') : 'None, as nothing is in front.';
  return { check, status: 'ok', message };
}

/** The file holds all records: nobody but the server's own account should read it. */
export function checkStoreFile({ location, configFile }: { location: string; configFile: string }): Finding[] {
  const file = sqliteFile({ location, folder: dirname(configFile) });
  if (file === undefined || process.platform === 'win32') return [];
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return [];
  const mode = stats.mode & 0o777;
  const shown = mode.toString(8).padStart(3, '0');
  const check = 'store file';
  return (mode & 0o077) === 0
    ? [{ check, status: 'ok', message: `${file} is readable by its owner alone.` }]
    : [
        {
          check,
          status: 'warn',
          message: `${file} has the mode ${shown}: other accounts may read it.`,
          solve: `Run: chmod 600 ${file}`,
        },
      ];
}

/** Whether there is somebody who could call. */
export async function checkRecords({ registry, store }: Runtime): Promise<Finding> {
  const check = 'users';
  if (!registry.get('base.user'))
    return { check, status: 'warn', message: 'No plugin brings users.', solve: 'Turn on the plugin base.' };
  const users = await store.count({ model: 'base.user', where: always });
  return users > 0
    ? { check, status: 'ok', message: `${users}.` }
    : {
        check,
        status: 'warn',
        message: 'There is nobody yet who could call.',
        solve: 'Make one: gatehouse user create, gatehouse key create.',
      };
}

function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  if (plain === 'localhost') return true;
  return ipaddr.isValid(plain) && ipaddr.process(plain).range() === 'loopback';
}
