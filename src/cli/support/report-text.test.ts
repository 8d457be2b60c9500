import { expect, test } from 'vitest';
import { buildReport } from '../../shadow/report/build-report.ts';
import { emptyTally } from '../../shadow/report/tally.ts';
import type { FinishedEvaluation } from './follow-evaluation.ts';
import { comparisonTable, findingsText } from './report-text.ts';

function finished(): FinishedEvaluation {
  const tally = emptyTally();
  tally.matrix = { truePositives: 900, falsePositives: 100, trueNegatives: 9_900, falseNegatives: 600 };
  tally.attackTypes.byType.set('sqli', { total: 1_500, detected: 900 });
  tally.distinct = { ...tally.matrix };
  tally.baseline = {
    matrix: { truePositives: 0, falsePositives: 0, trueNegatives: 10_000, falseNegatives: 1_500 },
    attacks: { bothRight: 0, onlyChallenger: 900, onlyBaseline: 0, neither: 600 },
    benign: { bothRight: 9_900, onlyChallenger: 0, onlyBaseline: 100, neither: 0 },
  };
  const report = buildReport(tally, {
    rule: { type: 'ip_list', cidrs: ['192.0.2.0/24'], field: 'source_ip' },
    baseline: { hash: 'sha256:00' },
    comparedVersions: 1,
    executionTimeMs: 12,
  });
  const progress = { done: 11_500, total: 11_500 };
  return { ...report, eval_id: 'e', rule_id: 'r', rule_hash: 'h', status: 'completed', progress };
}

test('rules stand side by side, with intervals, and a dash for what is undefined', () => {
  const result = finished();
  const rows = [
    { name: 'baseline', report: result.comparison!.baseline },
    { name: 'mine', report: result },
  ];
  expect(comparisonTable(rows)).toBe(`\
rule                 precision                recall     F1    MCC  false positives  false negatives
────────  ────────────────────  ────────────────────  ─────  ─────  ───────────────  ───────────────
baseline                     —  0.000 [0.000, 0.003]  0.000      —                0            1,500
mine      0.900 [0.880, 0.917]  0.600 [0.575, 0.625]  0.720  0.705              100              600
`);
});

test('the verdict is said once, with its reason, before the advice', () => {
  const text = findingsText('mine', finished());
  expect(text).toMatch(/^mine\n {2}against the baseline: NOT SHOWN BETTER — better on attacks/);
  expect(text.match(/better on attacks/g)).toHaveLength(1);
  expect(text).toContain('detected: sqli 900/1,500');
  expect(text).toContain('low_recall: recall is 60.0 %');
});
