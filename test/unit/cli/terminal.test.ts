import { expect, test } from 'vitest';
import { createTerminal } from '../../../src/cli/terminal.ts';

function terminal(isInteractive: boolean, columns = 60) {
  let text = '';
  let now = 0;
  const stream = { write: (piece: string) => (text += piece), columns };
  const made = createTerminal({ stream, isInteractive, ticks: () => now });
  return { ...made, written: () => text, pass: (ms: number) => (now += ms) };
}

test('a note is a line', () => {
  const { note, written } = terminal(false);
  note('Hello');
  expect(written()).toBe('Hello\n');
});

test('on a terminal progress is a bar that is drawn over, not more often than it can be seen', () => {
  const { progress, written, pass } = terminal(true);
  const bar = progress('Import', 2000);
  bar.step(10);
  pass(100);
  bar.step(1000);
  bar.step(1001);
  bar.end();
  const pictures = written().split('\r').slice(1);
  expect(pictures.map(picture => picture.trim().replaceAll(/ +/g, ' '))).toEqual([
    'Import [ ] 0 % 0/2,000',
    'Import [################ ] 50 % 1,000/2,000',
    'Import [################ ] 50 % 1,001/2,000',
  ]);
  for (const picture of pictures) expect(picture.trimEnd().length).toBeLessThanOrEqual(60);
  expect(written()).toMatch(/\n$/);
});

test('a terminal that does not know its width gets a bar of the usual one', () => {
  const { progress, written } = terminal(true, 0);
  const bar = progress('Import', 10);
  bar.step(10);
  bar.end();
  expect(written()).toContain('[####');
});

test('in a log progress is a plain line now and then', () => {
  const { progress, written, pass } = terminal(false);
  const lines = progress('Import', 2000);
  for (let done = 0; done <= 2000; done += 100) {
    lines.step(done);
    pass(400);
  }
  lines.end();
  expect(written().split('\n')).toEqual(['Import: 0 of 2,000', 'Import: 1,300 of 2,000', 'Import: 2,000 of 2,000', '']);
});

test('a narrow terminal and an empty total do no harm', () => {
  const { progress, written } = terminal(true, 10);
  progress('Import', 0).end();
  expect(written()).toContain('100 %');
});
