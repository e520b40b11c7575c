import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createThresholds } from '../../../../plugins/security/alerts/thresholds.ts';
import { verifies } from '../../../requirements.ts';

const minute = 60_000;

describe('thresholds', () => {
  test(`${verifies('ALERT-1')} so many within the window make an alert, and each one more counts`, () => {
    const thresholds = createThresholds({ threshold: 3, window: minute, maxSubjects: 5 });
    const at = [0, 30_000, 60_001, 61_000, 61_001, 200_000];
    expect(at.map(time => thresholds.note({ subject: 'a', time }))).toEqual([
      undefined,
      undefined,
      undefined,
      { subject: 'a', count: 3 },
      { subject: 'a', count: 1 },
      undefined,
    ]);
  });

  test('many subjects that stay below the threshold each are told of as many', () => {
    const thresholds = createThresholds({ threshold: 3, window: minute, maxSubjects: 5 });
    const told = Array.from({ length: 40 }, (_, subject) => thresholds.note({ subject: `s${subject}`, time: subject }));
    expect(told.filter(Boolean)).toEqual([
      { subject: undefined, count: 30 },
      ...Array.from({ length: 10 }, () => ({ subject: undefined, count: 1 })),
    ]);
  });

  test('beyond so many subjects, further ones are told of as many; room comes back with time', () => {
    const thresholds = createThresholds({ threshold: 1, window: minute, maxSubjects: 2 });
    const note = (subject: string, time: number) => thresholds.note({ subject, time })?.subject ?? 'many';
    expect([note('a', 0), note('b', 0), note('c', 0), note('a', 1), note('d', 1)]).toEqual([
      'a',
      'b',
      'many',
      'a',
      'many',
    ]);
    expect(note('d', 3 * minute)).toBe('d');
  });

  test('no occurrence is told of twice, and no more subjects than allowed side by side', () => {
    const notes = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5_000 })), {
      maxLength: 500,
    });
    fc.assert(
      fc.property(notes, fc.integer({ min: 1, max: 5 }), (steps, threshold) => {
        const thresholds = createThresholds({ threshold, window: minute, maxSubjects: 3 });
        let time = 0;
        let told = 0;
        const lastTold = new Map<string, number>();
        for (const [index, [subject, wait]] of steps.entries()) {
          time += wait;
          const answer = thresholds.note({ subject: String(subject), time });
          told += answer?.count ?? 0;
          if (told > index + 1) return false;
          if (answer?.subject === undefined) continue;
          lastTold.set(answer.subject, time);
          if ([...lastTold.values()].filter(at => time - at <= minute).length > 3) return false;
        }
        return true;
      }),
    );
  });
});
