/**
 * A text that is the same for two values that mean the same: functions count by their source, places of definition
 * not at all. For telling what an edit of a config has changed.
 */
export function fingerprint(value: unknown): string {
  const above: unknown[] = [];
  return (
    JSON.stringify(value, function (this: unknown, key: string, member: unknown) {
      while (above.length > 0 && above.at(-1) !== this) above.pop();
      if (key === 'definedAt') return undefined;
      if (typeof member === 'function') return `function ${member.toString()}`;
      if (typeof member === 'bigint') return `${member}n`;
      if (member instanceof RegExp) return String(member);
      if (member instanceof Map || member instanceof Set) return [...member];
      if (typeof member !== 'object' || member === null) return member;
      if (above.includes(member)) return 'circular';
      above.push(member);
      return member;
    }) ?? ''
  );
}
