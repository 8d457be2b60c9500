/** A table row; a bar inside a cell would end it. */
export function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

export function table(headings: string[], rows: string[]): string {
  return [row(headings), row(headings.map(() => '---')), ...rows].join('\n');
}
