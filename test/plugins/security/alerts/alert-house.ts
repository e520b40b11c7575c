import { type AlertSettings, alertSettings } from '../../../../plugins/security/alerts/alert-settings.ts';
import { type Alerting, createAlerting } from '../../../../plugins/security/alerts/alerting.ts';
import {
  always,
  type Call,
  type Outcome,
  type Principal,
  type Row,
  type Runtime,
  type StageName,
} from '../../../../src/index.ts';
import { callIn } from '../call-in.ts';

/** The settings with changes. */
export function alertsWith(changes: Parameters<typeof alertSettings.parse>[0] = {}): AlertSettings {
  return alertSettings.parse(changes);
}

/** One instance's alerts, fed by hand. */
export interface Instance extends Alerting {
  ended(call: Partial<Call>, outcome?: Outcome): void;
}

export function instance(runtime: Runtime, settings: AlertSettings): Instance {
  const alerting = createAlerting({ runtime, settings });
  return {
    ...alerting,
    ended(parts, outcome = { kind: 'ok' }) {
      const call = callIn({ receivedAt: runtime.now(), ...parts });
      alerting.finished({ call, outcome, durationMs: 1, stageMs: {} });
    },
  };
}

export function denied(code: string, stage: StageName): Outcome {
  return { kind: 'denied', stage, code, reason: 'test' };
}

export const unauthenticated = denied('UNAUTHENTICATED', 'authenticate');

/** All alerts, the oldest first. */
export function alertsIn(runtime: Runtime): Promise<Row[]> {
  return runtime.store.find({ model: 'security.alert', where: always });
}

/** Messages in the outbox, as they were put there. */
export function mailsIn(runtime: Runtime): Promise<Row[]> {
  return runtime.store.find({ model: 'gatehouse.mail', where: always });
}

export function principal(input: { id?: string; login?: string; timeZone?: string } = {}): Principal {
  const { id = 'a'.repeat(24), login = 'sara', timeZone = 'UTC' } = input;
  return {
    user: { id: 'b'.repeat(24), login, name: login, timeZone },
    groups: new Set(),
    credential: {
      kind: 'api-key',
      id,
      label: 'Ab12cd34',
      scopes: new Set(['read', 'write', 'delete']),
      models: null,
      fields: null,
    },
  };
}
