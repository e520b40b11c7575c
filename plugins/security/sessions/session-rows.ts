import {
  type Call,
  equals,
  oneOf,
  type Principal,
  type Runtime,
  recordStamp,
  type WriteOperation,
} from '../../../src/index.ts';

const model = 'security.session';

/** Why a session ended. */
export type EndReason = 'idle' | 'max_age' | 'pushed_out' | 'by_hand' | 'closed';

/** The record of a session that begins with this call. */
export function insertSession(input: {
  runtime: Runtime;
  call: Call;
  principal: Principal;
  id: string;
  startedAt: number;
}): WriteOperation {
  const { runtime, call, principal, id } = input;
  const { credential, user } = principal;
  const startedAt = new Date(input.startedAt).toISOString();
  const row = {
    id,
    credential_kind: credential.kind,
    credential_id: credential.id,
    credential_label: credential.label,
    user: user.id,
    client_name: storable(call.client.name),
    client_version: storable(call.client.version),
    user_agent: storable(call.client.userAgent),
    addresses: [call.address],
    started_at: startedAt,
    last_activity: startedAt,
    request_count: 0,
    state: 'active',
    ended_at: null,
    end_reason: null,
    ...recordStamp(runtime),
  };
  return { kind: 'insert', model, row };
}

export function endSession(input: { id: string; time: number; reason: EndReason }): WriteOperation {
  const set = { state: 'ended', ended_at: new Date(input.time).toISOString(), end_reason: input.reason };
  return { kind: 'update', model, where: equals('id', input.id), set };
}

export function touchSession(input: {
  id: string;
  lastActivity: number;
  requests: number;
  addresses: readonly string[];
}): WriteOperation {
  const set = { last_activity: new Date(input.lastActivity).toISOString(), addresses: [...input.addresses] };
  return { kind: 'update', model, where: equals('id', input.id), set, add: { request_count: input.requests } };
}

/** When each of these sessions was last used, as far as it was written down; ms since the epoch. */
export async function lastActivities(runtime: Runtime, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await runtime.store.find({ model, where: oneOf('id', ids), fields: ['last_activity'] });
  return new Map(rows.map(({ id, last_activity }) => [id, Date.parse(String(last_activity))]));
}

/** Text from outside as a database keeps it. */
function storable(text: string): string {
  return text.slice(0, 255).toWellFormed().replaceAll('\u0000', '');
}
