import { openWebhookHouse } from './webhook-house.ts';

// Run as a process that delivers nothing: makes a change in the store of the argument, and dies as soon as it is durable.
const [location = ''] = process.argv.slice(2);
const house = await openWebhookHouse({ location, role: 'command' });
await house.partner({ name: 'Last words' });
process.kill(process.pid, 'SIGKILL');
