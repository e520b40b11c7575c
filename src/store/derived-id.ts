import { hash } from 'node:crypto';

/**
 * The id that follows from a text: 24 hex digits of its SHA-256. Rows that several processes may be the first to write
 * have such an id, so that there is one of each; it is part of what is stored and never changes.
 */
export function derivedId(text: string): string {
  return hash('sha256', text).slice(0, 24);
}
