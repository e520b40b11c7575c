/** One line of RFC 4180, with its CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * A cell that no spreadsheet takes for a formula (OWASP, CSV injection): text that begins with `=`, `+`, `-`, `@`, their
 * full-width forms, a tab or a line break, blanks before them included, gets a `'` in front. So does what comes after a
 * `;`, because some spreadsheets begin a new cell there. All text is in quotes.
 */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return `"${neutral(value).replaceAll('"', '""')}"`;
}

function neutral(text: string): string {
  return text.replaceAll(/(?:^|;)(?=[\s\uFEFF"']*[=+\-@＝＋－＠]|[\t\r\n])/g, "$&'");
}
