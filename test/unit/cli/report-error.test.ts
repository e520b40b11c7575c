import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { reportError } from '../../../src/cli/report-error.ts';
import { kernelErrors } from '../../../src/errors.ts';

function report(thrown: unknown, isDebug = false) {
  let text = '';
  const code = reportError({ thrown, stderr: { write: piece => (text += piece) }, isDebug });
  return { code, text };
}

test('a refusal says its code, what is wrong and what to do, and leaves with 1', () => {
  const { code, text } = report(kernelErrors.STORE_UNAVAILABLE({ detail: 'connect ECONNREFUSED mongodb://u:pw@h' }));
  expect(code).toBe(1);
  expect(text).toBe(
    'STORE_UNAVAILABLE: The database cannot be reached at the moment. Nothing was changed. ' +
      '(connect ECONNREFUSED mongodb://u:[redacted]@h)\nBring the database back; service resumes by itself.\n',
  );
});

test('the stack is for --debug', () => {
  const error = new Error('broken', { cause: new Error('deeper') });
  expect(report(error).text).toBe('Unexpected error: broken\nRun it again with --debug to see where.\n');
  expect(report(error, true).text).toMatch(
    /Unexpected error: broken\nError: broken\n {4}at [\s\S]*caused by Error: deeper\n {4}at /,
  );
  expect(report('text').text).toContain('Unexpected error: text');
});

test('a command line that is not understood leaves with 2, help with 0', () => {
  expect(report(new CommanderError(1, 'commander.unknownOption', 'x'))).toEqual({ code: 2, text: '' });
  expect(report(new CommanderError(0, 'commander.helpDisplayed', 'x'))).toEqual({ code: 0, text: '' });
});

test('what a message repeats from a file does not move the cursor', () => {
  const { text } = report(kernelErrors.VALUES_INVALID({ message: 'row 1, \u001b[2Jname: bad\nrow 2: bad' }));
  expect(text).toMatch(/^VALUES_INVALID: row 1, \\u001b\[2Jname: bad\nrow 2: bad\n/);
});
