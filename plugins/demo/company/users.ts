import { type DemoRow, demoId } from './row.ts';

/** Ids of the demo's users, by login. */
export const userIds = {
  admin: demoId('base.user', 1),
  sara: demoId('base.user', 2),
  hank: demoId('base.user', 3),
  ada: demoId('base.user', 4),
};

const people = [
  { login: 'admin', name: 'Alexandra Berg', group: 'admin' },
  { login: 'sara', name: 'Sara Lindgren', group: 'sales' },
  { login: 'hank', name: 'Hank de Vries', group: 'hr' },
  { login: 'ada', name: 'Ada Okafor', group: 'auditors' },
] as const;

/**
 * The four people to try the policies with. `groups`: ids by name; a group that the configuration does not have is
 * left out.
 */
export function buildUsers(groups: ReadonlyMap<string, string>): DemoRow[] {
  return people.map(({ login, name, group }) => ({
    id: userIds[login],
    login,
    name,
    email: `${login}@tidewater.example`,
    time_zone: 'Europe/Berlin',
    active: true,
    groups: [groups.get(group)].filter(id => id !== undefined),
  }));
}
