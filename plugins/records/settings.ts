import { z } from 'zod';

/** Characters that a record needs at least: its id and title in both renderings. */
const charactersPerRecord = 300;

/** Settings of the record tools: how much one answer may hold. */
export const recordSettings = z
  .strictObject({
    defaultRecords: z.int().min(1).default(20).describe('Records of one answer where the call names no limit.'),
    maxRecords: z.int().min(1).max(1000).default(200).describe('Records that one call may ask for or change.'),
    maxCharacters: z
      .int()
      .min(20_000)
      .default(100_000)
      .describe('Characters of one answer as it is sent, structured content and text together.'),
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
