import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

/** Where Chromium or Chrome is usually installed; `CHROMIUM` names one elsewhere. */
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? usualPlaces.find(place => existsSync(place));
}

/** A real browser without a window. `args`: of its command line. */
export function openChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium or Chrome is installed; CHROMIUM may name one');
  // Without a namespace of its own root has no sandbox; what is opened here are our own pages.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: [...(isRoot ? ['--no-sandbox'] : []), ...args] });
}

/** A suite for a real browser. Without one it is skipped and says so; in CI that is a failure. */
export function describeInChromium(title: string, suite: () => void): void {
  if (findChromium() !== undefined) describe(title, suite);
  else if (process.env.CI) throw new Error('Chromium is not installed: in CI the pages are tested in it');
  else describe.skip(`${title}: skipped, no Chromium or Chrome is installed`, suite);
}
