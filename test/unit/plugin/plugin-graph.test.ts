import { expect, test } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../../src/plugin/define-plugin.ts';
import { orderPlugins } from '../../../src/plugin/plugin-graph.ts';
import { verifies } from '../../requirements.ts';

function plugin(name: string, depends: readonly string[] = [], kernel = '^1', version = '1.0.0') {
  return definePlugin({ name, version, kernel, depends, settings: z.object({}), setup() {} });
}

function orderOf(...plugins: ReturnType<typeof plugin>[]): string[] {
  return orderPlugins(plugins).order.map(({ name }) => name);
}

function faultsOf(...plugins: ReturnType<typeof plugin>[]): string[] {
  return orderPlugins(plugins).faults.map(({ message }) => message);
}

test(`${verifies('CFG-2')} plugins come after what they depend on, then by name`, () => {
  expect(orderOf(plugin('z'), plugin('c', ['b']), plugin('b', ['z']), plugin('a'))).toEqual(['a', 'z', 'b', 'c']);
});

test(`${verifies('CFG-2')} every misfit is named at once`, () => {
  const faults = faultsOf(
    plugin('a', ['nowhere']),
    plugin('b', ['c']),
    plugin('c', ['b']),
    plugin('d', [], '^2'),
    plugin('e', [], '^1', 'one'),
    plugin('f'),
    plugin('f'),
  );
  expect(faults).toEqual([
    expect.stringContaining('d needs a kernel ^2'),
    expect.stringContaining('e has the version one'),
    expect.stringMatching(/Two plugins are called f: .*plugin-graph\.test\.ts:\d+ and .*plugin-graph\.test\.ts:\d+/),
    "a depends on nowhere, which is not in the config's plugins.",
    'Plugins depend on each other in a circle: b → c → b.',
  ]);
});

test('a plugin that depends on itself is a circle', () => {
  expect(faultsOf(plugin('a', ['a']))).toEqual(['Plugins depend on each other in a circle: a → a.']);
});
