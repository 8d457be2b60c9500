import type { Interval, MatrixReport } from '../../shadow/report/report.ts';
import type { FinishedEvaluation } from './follow-evaluation.ts';

/** One rule of a table. */
export interface NamedReport {
  name: string;
  report: MatrixReport;
}

const columns = ['rule', 'precision', 'recall', 'F1', 'MCC', 'false positives', 'false negatives'];

/** Rules side by side, with the 95 % intervals of the ratios that have one. */
export function comparisonTable(rows: readonly NamedReport[]): string {
  const cells = rows.map(({ name, report }) => [
    name,
    `${ratio(report.precision)} ${interval(report.intervals.precision)}`,
    `${ratio(report.recall)} ${interval(report.intervals.recall)}`,
    ratio(report.f1_score),
    ratio(report.mcc),
    count(report.false_positives),
    count(report.false_negatives),
  ]);
  return table([columns, ...cells]);
}

/** What one evaluation says beyond the table: the verdict against its baseline and the advice. */
export function findingsText(name: string, result: FinishedEvaluation): string {
  const lines = [name];
  const { comparison } = result;
  if (comparison !== null) {
    const verdict = { better: 'BETTER', not_shown: 'NOT SHOWN BETTER', worse: 'WORSE' }[comparison.verdict];
    lines.push(`  against the baseline: ${verdict} — ${comparison.reason}`);
  }
  const types = Object.entries(result.by_attack_type).slice(0, 8);
  if (types.length > 0) {
    const recalls = types.map(([type, { detected, total }]) => `${type} ${count(detected)}/${count(total)}`);
    lines.push(`  detected: ${recalls.join(', ')}`);
  }
  for (const { code, message } of result.recommendations) {
    // The verdict line above already says these.
    if (comparison !== null && message.includes(comparison.reason)) continue;
    lines.push(`  ${code}: ${message}`);
  }
  return `${lines.join('\n')}\n`;
}

export const count = (n: number): string => n.toLocaleString('en-US');

function ratio(value: number | null): string {
  return value === null ? '—' : value.toFixed(3);
}

function interval(bounds: Interval): string {
  return bounds === null ? '' : `[${bounds[0].toFixed(3)}, ${bounds[1].toFixed(3)}]`;
}

/** Left-aligned first column, the rest right-aligned, as figures are read. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.trimEnd().length)));
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.trimEnd().padStart(widths[k]!)))
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows;
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return `${[lineOf(head!), rule, ...body.map(lineOf)].join('\n')}\n`;
}
