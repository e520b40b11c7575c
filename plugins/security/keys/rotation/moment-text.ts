/** A moment as a person reads it, in their time zone: `1 December 2026 at 13:00 (Europe/Berlin)`. */
export function momentText(iso: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone });
  return `${format.format(new Date(iso))} (${timeZone})`;
}
