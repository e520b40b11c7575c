import { z } from 'zod';

/** Characters that a record needs at least: its id and title in both renderings. */
const charactersPerRecord = 300;

const confirmSettings = z.strictObject({
  delete: z.boolean().default(true).describe('Deleting needs a confirmation.'),
  write: z
    .int()
    .min(0)
    .max(1000)
    .default(10)
    .describe('Records that one call may change without a confirmation; 0: every change needs one.'),
  create: z
    .int()
    .min(0)
    .max(1000)
    .default(50)
    .describe('Records that one call may create without a confirmation; 0: every one needs one.'),
  minutes: z.int().min(1).max(60).default(5).describe('Minutes for which a confirmation counts once it is asked for.'),
});

/** Settings of the record tools: how much one answer may hold, and what has to be confirmed. */
export const recordSettings = z
  .strictObject({
    defaultRecords: z.int().min(1).default(20).describe('Records of one answer where the call names no limit.'),
    maxRecords: z.int().min(1).max(1000).default(200).describe('Records that one call may ask for or change.'),
    maxCharacters: z
      .int()
      .min(20_000)
      .default(100_000)
      .describe('Characters of one answer as it is sent, structured content and text together.'),
    confirm: confirmSettings.prefault({}),
  })
  .refine(({ defaultRecords, maxRecords }) => defaultRecords <= maxRecords, {
    path: ['defaultRecords'],
    message: 'must not be above maxRecords',
  })
  .refine(({ maxRecords, maxCharacters }) => maxCharacters >= maxRecords * charactersPerRecord, {
    path: ['maxCharacters'],
    message: `must be at least ${charactersPerRecord} × maxRecords, so that the ids of all records fit`,
  });

export type RecordSettings = z.output<typeof recordSettings>;
