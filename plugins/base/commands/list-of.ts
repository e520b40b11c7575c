/** The parts of an option such as `a, b`; of one that was not given: none. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
}
