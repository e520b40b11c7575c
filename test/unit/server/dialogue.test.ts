import type { ServerContext } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { dialogueOf } from '../../../src/server/dialogue.ts';
import { verifies } from '../../requirements.ts';

function dialogue(input: {
  envelope?: unknown;
  declared?: unknown;
  responses?: unknown;
  state?: unknown;
  isMute?: boolean;
}) {
  const envelope = 'envelope' in input ? { 'io.modelcontextprotocol/clientCapabilities': input.envelope } : undefined;
  const mcpReq = { envelope, inputResponses: input.responses, requestState: () => input.state };
  return dialogueOf({
    ctx: { mcpReq } as unknown as ServerContext,
    declared: input.declared as never,
    isMute: input.isMute ?? false,
  });
}

test.each([
  ['nothing', undefined, false],
  ['no elicitation', {}, false],
  ['elicitation from before there were modes', { elicitation: {} }, true],
  ['forms', { elicitation: { form: {} } }, true],
  ['forms and addresses', { elicitation: { form: {}, url: {} } }, true],
  ['addresses only', { elicitation: { url: {} } }, false],
  ['null', { elicitation: null }, false],
  ['a word', { elicitation: 'yes' }, false],
  ['a list', { elicitation: [] }, false],
  ['forms that are none', { elicitation: { form: true } }, false],
  ['no capabilities at all', 'elicitation', false],
])(`${verifies('TOOL-9')} a client that declares %s`, (_, capabilities, canAsk) => {
  expect(dialogue({ envelope: capabilities }).canAsk).toBe(canAsk);
  expect(dialogue({ declared: capabilities }).canAsk).toBe(canAsk);
});

test('what the request says counts more than what the session began with', () => {
  expect(dialogue({ envelope: {}, declared: { elicitation: {} } }).canAsk).toBe(false);
});

test('a client that has failed to ask is not asked again', () => {
  expect(dialogue({ envelope: { elicitation: {} }, isMute: true }).canAsk).toBe(false);
});

test.each([
  ['yes', { action: 'accept', content: { confirm: true } }, 'agreed'],
  ['accepted without the yes', { action: 'accept', content: { confirm: false } }, 'declined'],
  ['accepted with an empty form', { action: 'accept', content: {} }, 'declined'],
  ['accepted without a form', { action: 'accept' }, 'declined'],
  ['a word for yes', { action: 'accept', content: { confirm: 'true' } }, 'declined'],
  ['another field', { action: 'accept', content: { Confirm: true } }, 'declined'],
  ['no', { action: 'decline', content: { confirm: true } }, 'declined'],
  ['closed', { action: 'cancel', content: { confirm: true } }, 'cancelled'],
  ['nothing', undefined, undefined],
  ['something else', { confirm: true }, undefined],
  ['an unknown action', { action: 'ACCEPT', content: { confirm: true } }, undefined],
])(`${verifies('TOOL-9')} the answer %s`, (_, response, answer) => {
  expect(dialogue({ responses: { confirm: response } }).answer).toBe(answer);
  expect(dialogue({ responses: { other: response } }).answer).toBeUndefined();
});

test('a state that is no text is none', () => {
  expect(dialogue({ state: { a: 1 } }).state).toBeUndefined();
  expect(dialogue({ state: 'x' }).state).toBe('x');
});

test('the question is one form with one box to tick', () => {
  expect(dialogue({}).ask({ message: 'Delete 1 record?', state: 's' })).toEqual({
    resultType: 'input_required',
    requestState: 's',
    inputRequests: {
      confirm: {
        method: 'elicitation/create',
        params: {
          mode: 'form',
          message: 'Delete 1 record?',
          requestedSchema: {
            type: 'object',
            properties: { confirm: { type: 'boolean', title: 'Yes, do this' } },
            required: ['confirm'],
          },
        },
      },
    },
  });
});
