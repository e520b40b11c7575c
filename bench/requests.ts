import { toolCall } from './http-client.ts';
import { contactCount, contactId } from './records.ts';
import type { BenchServer } from './start-server.ts';

export type Kind = keyof typeof requests;

const isDone = (answer: { status: number; body: string }) => answer.status === 200 && !answer.body.includes('isError');
const hasContact = (answer: { status: number; body: string }) =>
  answer.status === 200 && answer.body.includes('Contact');

/** What is asked, and what a right answer is. */
export const requests = {
  read: {
    of: (server: BenchServer, number: number) =>
      call(server, 'read', { ids: [`bench.contact/${contactId(number % contactCount)}`] }, server.about.key),
    isExpected: isDone,
  },
  'peer read': {
    of: (server: BenchServer, number: number) =>
      toolCall({
        url: server.url,
        tool: 'read',
        args: { id: contactId(number % contactCount) },
        headers: { authorization: `Bearer ${server.about.token}`, 'mcp-protocol-version': '2025-06-18' },
      }),
    isExpected: hasContact,
  },
  /** A change of one field, the record being at whatever version. */
  write: {
    of: (server: BenchServer, number: number) =>
      call(
        server,
        'write',
        { ids: [`bench.contact/${contactId(number % contactCount)}`], values: { city: `City ${number % 97}` } },
        server.about.key,
      ),
    isExpected: isDone,
  },
  search: {
    of: (server: BenchServer, number: number) =>
      call(
        server,
        'search',
        { model: 'bench.contact', domain: [['city', '=', `City ${number % 997}`]], limit: 20 },
        server.about.key,
      ),
    isExpected: hasContact,
  },
  'no key': {
    of: (server: BenchServer, number: number) => call(server, 'read', { ids: [`bench.contact/${contactId(number)}`] }),
    isExpected: (answer: { status: number }) => answer.status === 401,
  },
  'mistyped key': {
    of: (server: BenchServer, number: number) =>
      call(server, 'read', { ids: [`bench.contact/${contactId(number)}`] }, `${server.about.key?.slice(0, -1)}_`),
    isExpected: (answer: { status: number }) => answer.status === 401,
  },
  'missing scope': {
    of: (server: BenchServer, number: number) =>
      call(server, 'delete', { ids: [`bench.contact/${contactId(number)}`] }, server.about.narrowKey),
    isExpected: (answer: { status: number }) => answer.status === 403,
  },
  'unknown model': {
    of: (server: BenchServer, number: number) =>
      call(server, 'read', { ids: [`bench.secret/${contactId(number)}`] }, server.about.key),
    isExpected: (answer: { status: number; body: string }) => answer.body.includes('MODEL_NOT_AVAILABLE'),
  },
  'forbidden model': {
    of: (server: BenchServer, number: number) =>
      call(server, 'read', { ids: [`base.rule/${contactId(number)}`] }, server.about.key),
    isExpected: (answer: { status: number; body: string }) => answer.body.includes('MODEL_NOT_AVAILABLE'),
  },
} as const;

/** One call of a tool, ready to be sent. */
export function call(server: BenchServer, tool: string, args: unknown, key?: string): Buffer {
  return toolCall({ url: server.url, tool, args, headers: key ? { authorization: `Bearer ${key}` } : {} });
}
