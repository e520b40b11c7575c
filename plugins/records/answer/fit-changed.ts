import type { RecordSettings } from '../settings.ts';
import { fitToRoom } from './fit-to-room.ts';
import { cutNote, roomOf } from './room.ts';

/** As many changed records as fit; of the others at least the ids, for a change is done and cannot be asked for again. */
export function fitChanged<T extends { readonly id: string }>({
  items,
  shorten,
  settings,
}: {
  items: readonly T[];
  shorten: (item: T, length: number) => T;
  settings: RecordSettings;
}): { shown: readonly T[]; notShown?: string[]; truncated?: true; hint?: string } {
  const ids = items.map(({ id }) => id);
  const { items: shown, isShortened } = fitToRoom({ items, room: roomOf(settings, ids), shorten });
  const isCut = shown.length < items.length;
  return {
    shown,
    ...(isCut && { notShown: ids.slice(shown.length) }),
    ...cutNote({ isCut, isShortened, rest: 'The records named in notShown are part of it, too.' }),
  };
}
