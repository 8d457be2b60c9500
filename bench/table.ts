import type { BenchRow } from './row.ts';

const number = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

/** `scenario | assay | reference | ratio | goal`, in columns. */
export function formatTable(rows: readonly BenchRow[]): string {
  const header = ['', 'scenario', 'assay', 'reference', 'unit', 'ratio', 'min–max', 'floor', 'goal', ''];
  const body = rows.map((row) => [
    row.id,
    row.scenario,
    number(row.assay),
    number(row.reference),
    row.unit,
    row.ratio.toFixed(2),
    row.ranges?.ratio.map((ratio) => ratio.toFixed(2)).join('–') ?? '',
    row.floor === null ? '' : String(row.floor),
    row.goal === null ? '' : String(row.goal),
    verdict(row),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...body].map((cells) => cells[column]!.length)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join(' | ')
      .trimEnd();
  const notes = rows.filter((row) => row.note !== undefined).map((row) => `${row.id}: ${row.note}`);
  return [
    line(header),
    widths.map((width) => '-'.repeat(width)).join('-|-'),
    ...body.map(line),
    ...notes,
  ].join('\n');
}

function verdict(row: BenchRow): string {
  if (row.goal === null || row.floor === null) return '';
  if (row.ratio >= row.goal) return 'goal met';
  return row.ratio >= row.floor ? 'above the floor' : 'BELOW THE FLOOR';
}
