import type { Call, Outcome } from '../../../src/index.ts';
import type { AlertNews } from './alert-book.ts';
import type { AlertSettings } from './alert-settings.ts';
import { type AlertType, alertTypeNames, alertTypes } from './alert-types.ts';
import type { BaselineBook } from './baseline-book.ts';
import { detect, factsOf } from './detect.ts';
import type { Occurrence } from './occurrence.ts';
import { createThresholds, type Thresholds } from './thresholds.ts';
import { usualHours } from './usual-hours.ts';

/** Looks at finished calls, a little later than they are answered. */
export interface CallWatch {
  /** Puts the call aside; costs next to nothing. */
  finished(end: { call: Call; outcome: Outcome }): void;
  /** Looks at all that is put aside. */
  drain(): void;
  /** Something seen elsewhere; held against the threshold of its type. */
  note(occurrence: Occurrence): void;
}

/**
 * Calls put aside at most; then they are looked at at once, which takes a tenth of a millisecond. More of them would
 * outlive the collections of young garbage.
 */
const maxAside = 20;

export function createCallWatch(parts: {
  readonly settings: AlertSettings;
  readonly baselines: () => BaselineBook;
  readonly raise: (news: AlertNews) => void;
}): CallWatch {
  const { settings, baselines, raise } = parts;
  const isUsual = usualHours(settings.offHours.hours);
  const thresholds = new Map(alertTypeNames.map(type => [type, thresholdsOf(settings, type)]));
  let aside: { call: Call; outcome: Outcome }[] = [];

  function note(occurrence: Occurrence): void {
    const { type, time, facts } = occurrence;
    if (!settings[alertTypes[type].settings].enabled) return;
    const told = thresholds.get(type)?.note(occurrence);
    if (!told) return;
    const { many } = alertTypes[type];
    const who =
      told.subject === undefined ? { subject: many, label: many } : { subject: told.subject, label: occurrence.label };
    raise({ type, ...who, count: told.count, time, facts });
  }

  function drain(): void {
    const calls = aside;
    aside = [];
    for (const { call, outcome } of calls) {
      for (const occurrence of detect({ call, outcome, isUsual })) note(occurrence);
      const { principal, reached, receivedAt: time } = call;
      if (principal) baselines().note({ principal, reached, time, facts: () => factsOf(call) });
    }
  }

  return {
    finished({ call, outcome }) {
      // What a webhook sends is nothing that its user does.
      if (call.principal?.credential.kind === 'webhook') return;
      aside.push({ call, outcome });
      if (aside.length >= maxAside) drain();
    },
    drain,
    note,
  };
}

/** Types without a threshold are told of at once. */
function thresholdsOf(settings: AlertSettings, type: AlertType): Thresholds {
  const { maxSubjects } = settings;
  const own = settings[alertTypes[type].settings];
  const threshold = 'threshold' in own ? own.threshold : 1;
  const minutes = 'windowMinutes' in own ? own.windowMinutes : own.coolDownMinutes;
  return createThresholds({ threshold, window: minutes * 60_000, maxSubjects });
}
