import { baseErrors } from '../errors.ts';

/** Throws NAME_INVALID for what could not be named in a comma-separated list afterwards. `option`: what gave it. */
export function checkName(option: string, name: string): void {
  if (name !== '' && name === name.trim() && !name.includes(',')) return;
  throw baseErrors.NAME_INVALID({
    message: `--${option}: expected a name without commas and without spaces around it, not "${name}".`,
  });
}
