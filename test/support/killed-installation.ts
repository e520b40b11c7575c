import { bootDemoHost } from './demo-host.ts';

// Run as a process: installs the demo into the store of the first argument, and dies at the record of the second.
const [location = '', record = '0'] = process.argv.slice(2);
const { install } = await bootDemoHost({
  location,
  onStep: done => {
    if (done >= Number(record)) process.kill(process.pid, 'SIGKILL');
  },
});
await install();
