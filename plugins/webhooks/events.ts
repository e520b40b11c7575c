import type { PlannedChange } from '../../src/index.ts';

/** What a webhook can be told of. */
export const eventTypes = ['record.created', 'record.updated', 'record.deleted', 'call.denied', 'key.leaked'] as const;

export type EventType = (typeof eventTypes)[number];

/** The event that a change of records is. */
export const changeEvents: Readonly<Record<PlannedChange['operation'], EventType>> = {
  create: 'record.created',
  write: 'record.updated',
  delete: 'record.deleted',
};

/** Events of the models that a webhook names; the others are the gate's own. */
export function isRecordEvent(type: string): boolean {
  return type.startsWith('record.');
}

/** Whether a word names an event. */
export function isEventType(text: string): text is EventType {
  return eventTypes.some(type => type === text);
}
