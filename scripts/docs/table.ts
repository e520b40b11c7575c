/** A Markdown table. Cells may hold any text on one line. */
export function table(input: { head: readonly string[]; rows: readonly (readonly string[])[] }): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(input.head), `|${input.head.map(() => '---').join('|')}|`, ...input.rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
