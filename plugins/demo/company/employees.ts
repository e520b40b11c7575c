import { personName, plain } from './names.ts';
import { places } from './places.ts';
import { randomFrom } from './random.ts';
import { type DemoRow, daysAfter, demoId } from './row.ts';
import { userIds } from './users.ts';

interface Team {
  readonly department: string;
  /** The head's job, and the others'. */
  readonly head: string;
  readonly job: string;
  readonly size: number;
  /** Gross a year in cents, around which the team's salaries lie. */
  readonly salary: number;
}

const teams: readonly Team[] = [
  { department: 'sales', head: 'Head of sales', job: 'Account manager', size: 9, salary: 4_800_000 },
  { department: 'purchasing', head: 'Head of purchasing', job: 'Buyer', size: 5, salary: 4_600_000 },
  { department: 'roastery', head: 'Master roaster', job: 'Roaster', size: 10, salary: 3_900_000 },
  { department: 'warehouse', head: 'Warehouse manager', job: 'Warehouse worker', size: 16, salary: 3_100_000 },
  { department: 'service', head: 'Head of service', job: 'Service technician', size: 9, salary: 4_200_000 },
  { department: 'finance', head: 'Head of finance', job: 'Accountant', size: 5, salary: 5_000_000 },
  { department: 'hr', head: 'Head of human resources', job: 'HR officer', size: 3, salary: 4_700_000 },
  { department: 'it', head: 'Head of IT', job: 'Developer', size: 4, salary: 5_600_000 },
];

/** The managing director, the heads of the teams, and their people. */
export function buildEmployees(): DemoRow[] {
  const random = randomFrom('employees');
  const rows: DemoRow[] = [];
  const addresses = new Set<string>();
  const hire = (person: {
    name?: string;
    job: string;
    department: string;
    manager?: DemoRow;
    salary: number;
    user?: string;
  }): DemoRow => {
    const name = person.name ?? unusedName();
    const address = plain(name, '.');
    addresses.add(address);
    const row: DemoRow = {
      id: demoId('hr.employee', rows.length + 1),
      name,
      job: person.job,
      department: person.department,
      manager_id: person.manager?.id ?? null,
      work_email: `${address}@tidewater.example`,
      hired_on: daysAfter('2012-03-01', random.between(0, 5000)),
      salary: Math.round((person.salary * random.between(88, 118)) / 10_000) * 100,
      national_id: random.digits('## ###### T ###'),
      user_id: person.user ?? null,
    };
    rows.push(row);
    return row;
  };
  const unusedName = () => {
    for (;;) {
      const name = personName(random.pick(places), random);
      if (!addresses.has(plain(name, '.'))) return name;
    }
  };

  const director = hire({
    name: 'Alexandra Berg',
    job: 'Managing director',
    department: 'management',
    salary: 12_000_000,
    user: userIds.admin,
  });
  hire({
    name: 'Ada Okafor',
    job: 'Internal auditor',
    department: 'management',
    manager: director,
    salary: 6_900_000,
    user: userIds.ada,
  });
  for (const team of teams) {
    const { department, job } = team;
    const head = hire({
      ...(department === 'hr' ? { name: 'Hank de Vries', user: userIds.hank } : {}),
      job: team.head,
      department,
      manager: director,
      salary: team.salary * 1.6,
    });
    if (department === 'sales') {
      hire({ name: 'Sara Lindgren', user: userIds.sara, job, department, manager: head, salary: team.salary });
    }
    for (let person = 1; person < team.size; person += 1) {
      hire({ job, department, manager: head, salary: team.salary });
    }
  }
  return rows;
}
