import { expect, test } from 'vitest';
import { stopSignal } from '../../../src/cli/serve.ts';
import { verifies } from '../../requirements.ts';

test(`${verifies('OPS-1')} the first signal asks to stop, the second ends the process at once`, async () => {
  const exits: number[] = [];
  let send: (signal: NodeJS.Signals) => void = () => {};
  const stopped = stopSignal({
    onSignal(listener) {
      send = listener;
      return () => {};
    },
    exit: code => exits.push(code),
  });
  send('SIGTERM');
  expect(await stopped).toBe('SIGTERM');
  expect(exits).toEqual([]);
  send('SIGINT');
  send('SIGTERM');
  expect(exits).toEqual([130, 143]);
});
