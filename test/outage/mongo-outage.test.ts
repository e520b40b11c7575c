/*
 * Takes the whole database server away and brings it back: by itself, because every other test on it would fail
 * meanwhile. `MONGODB_DOWN` and `MONGODB_UP` are the commands that do it.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeInstancesOutage } from '../support/instances-outage.ts';
import { describeOutage, type Outage } from '../support/outage.ts';
import { mongoStore } from '../support/stores.ts';

const run = promisify(execFile);
const { MONGODB_DOWN: down, MONGODB_UP: up } = process.env;
if (!down || !up) throw new Error('MONGODB_DOWN and MONGODB_UP must name the commands that stop and start MongoDB');

const outage: Outage = {
  stop: async () => void (await run('bash', ['-c', down])),
  resume: async () => void (await run('bash', ['-c', up])),
};

describeOutage('MongoDB is stopped in mid-call and started again', {
  open: async () => ({ store: mongoStore(), outage }),
});

describeInstancesOutage('MongoDB is stopped under three instances and started again', {
  open: async () => ({ store: mongoStore(), outage }),
});
