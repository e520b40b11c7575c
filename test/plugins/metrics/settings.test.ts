import { afterEach, expect, test, vi } from 'vitest';
import { settings } from '../../../plugins/metrics/settings.ts';

afterEach(() => vi.unstubAllEnvs());

const variable = 'GATEHOUSE_METRICS_TOKEN';
const long = 'sixteen letters!';

test('the token of the environment is held to the length that the setting demands', () => {
  vi.stubEnv(variable, long.slice(1));
  expect(settings.safeParse({}).error?.issues).toEqual([
    expect.objectContaining({ path: ['token'], message: expect.stringContaining(`${variable} is too short`) }),
  ]);
  vi.stubEnv(variable, long);
  expect(settings.parse(undefined)).toEqual({ allow: [], token: long });
});

test('the setting goes before the environment, and an empty variable is none', () => {
  vi.stubEnv(variable, 'short');
  expect(settings.parse({ token: long })).toEqual({ allow: [], token: long });
  expect(settings.safeParse({ token: 'short' }).success).toBe(false);
  vi.stubEnv(variable, '');
  expect(settings.parse({})).toEqual({ allow: [], token: undefined });
});
