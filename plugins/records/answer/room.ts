import { sentLength } from '../../../src/index.ts';
import type { RecordSettings } from '../settings.ts';

/** Characters kept for what surrounds the records: the line above them, totals, the hint, the protocol's envelope. */
const frame = 2_000;

/** Characters that the records of one answer may take, in both renderings; `besides` is sent along with them. */
export function roomOf(settings: RecordSettings, besides: unknown = null): number {
  return settings.maxCharacters - frame - sentLength(JSON.stringify(besides));
}

/** What an answer says about what it leaves out; nothing where it is complete. */
export function cutNote({ isCut, isShortened, rest }: { isCut: boolean; isShortened: boolean; rest: string }): {
  truncated?: true;
  hint?: string;
} {
  if (!isCut && !isShortened) return {};
  const hints = [
    ...(isCut ? [`The answer was cut for length. ${rest}`] : []),
    ...(isShortened
      ? ['The values named in shortened are incomplete: read with fields and valueOffset returns the rest of one.']
      : []),
  ];
  return { truncated: true, hint: hints.join(' ') };
}
