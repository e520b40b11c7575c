const allowed = /^[A-Za-z0-9_.-]+$/;

/** A name as an SQL identifier. Refuses whatever is not made of letters, digits, `_`, `-` and `.`. */
export function identifier(name: string): string {
  if (!allowed.test(name) || /^sqlite_/i.test(name)) throw new TypeError(`Not a name for a model or field: ${name}`);
  return `"${name}"`;
}

/**
 * The name of something that belongs to a table. `$` occurs in no model or field name, so it can never collide.
 * The parts have passed `identifier` before.
 */
export function derived(name: string, ...parts: readonly string[]): string {
  return `"${[name, ...parts].join('$')}"`;
}
