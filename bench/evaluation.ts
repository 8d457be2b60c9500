import { performance } from 'node:perf_hooks';
import { createPool } from '../src/platform/database/pool.ts';
import { uuidV7 } from '../src/platform/uuid-v7.ts';
import { createEvaluation } from '../src/shadow/evaluations/create-evaluation.ts';
import { findEvaluation } from '../src/shadow/evaluations/find-evaluation.ts';
import { processEvaluation } from '../src/shadow/evaluations/process-evaluation.ts';
import { parseRuleConfig } from '../src/shadow/rules/parse-rule-config.ts';
import { createThreadPool } from '../src/workers/pool.ts';
import type { ReferenceRule } from './evaluation-reference.ts';
import { ReferenceThread } from './reference-thread.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';
import { uploadRepeated } from './upload-repeated.ts';

/** The usual signature: three expressions over the default fields. */
const plain: ReferenceRule = {
  patterns: [
    { regex: String.raw`union\s+(all\s+)?select`, flags: 'i' },
    { regex: String.raw`\b(and|or)\b\s+\d+\s*=\s*\d+`, flags: 'i' },
    { regex: '<script[^>]*>', flags: 'i' },
  ],
  decode: [],
};
const another: ReferenceRule = {
  patterns: [
    { regex: String.raw`'\s*(or|and)\s`, flags: 'i' },
    { regex: String.raw`\.\./`, flags: '' },
    { regex: String.raw`sleep\s*\(\s*\d`, flags: 'i' },
  ],
  decode: [],
};
const decoded: ReferenceRule = { ...plain, decode: ['url', 'lowercase'] };

const kinds: { name: string; rule: ReferenceRule; baseline: ReferenceRule | null }[] = [
  { name: 'three expressions', rule: plain, baseline: null },
  { name: 'three expressions, against a baseline of three', rule: plain, baseline: another },
  { name: 'three expressions after url and lowercase', rule: decoded, baseline: null },
];

const samplesMin = 1_000_000;
/** Of which each round is the sum: one takes a quarter of a second, in which whoever else wakes up is a tenth. */
const evaluationsARound = 4;
const unit = 'thousand samples × rules/s';

/**
 * P6: an evaluation as a worker does it (row, lock, COPY, threads, report, row), against `RegExp.test` in a loop on one
 * thread with every sample in memory already. Each round evaluates another version of the rule, since a repeated one
 * would come from the cache.
 */
export async function evaluationScenario(context: BenchContext): Promise<BenchRow[]> {
  const reference = new ReferenceThread(context.trafficFiles);
  const different = await reference.loaded();
  const total = await uploadRepeated(context, 'bench', samplesMin);
  const repeats = total / different;
  context.log(`P6: ${total} samples, of which ${different} different`);
  const rows: BenchRow[] = [];
  for (const { name, rule, baseline } of kinds) {
    const rules = baseline === null ? [rule] : [rule, baseline];
    const { matches: expected } = await reference.count(rule, repeats);
    const rate = async (run: () => Promise<number>) => {
      let milliseconds = 0;
      for (let time = 0; time < evaluationsARound; time++) milliseconds += await run();
      return (evaluationsARound * total * rules.length) / milliseconds;
    };
    const onReference = () =>
      rate(async () => {
        let milliseconds = 0;
        for (const each of rules) milliseconds += (await reference.count(each, repeats)).milliseconds;
        return milliseconds;
      });
    const one = evaluator(context, 1, rule, baseline, expected);
    const two = evaluator(context, 2, rule, baseline, expected);
    const onOne = () => rate(one.run);
    const onTwo = () => rate(two.run);
    // The first round finds the selection's repeats, starts the threads and warms everything up.
    for (const run of [onOne, onTwo, onReference]) await run();
    const against = await alternate(context.rounds, onTwo, onReference);
    const scaling = await alternate(context.rounds, onTwo, onOne);
    rows.push(
      row(`evaluation from the database, ${name}: 2 threads | RegExp.test in memory`, against, 0.6, 1.0),
      row(`evaluation from the database, ${name}: 2 threads | 1 thread`, scaling, 1.5, 1.7),
    );
    await one.close();
    await two.close();
  }
  await reference.close();
  return rows;
}

function row(
  scenario: string,
  measured: { a: number; b: number; ratio: number },
  floor: number,
  goal: number,
): BenchRow {
  return {
    id: 'P6',
    scenario,
    assay: measured.a,
    reference: measured.b,
    ratio: measured.ratio,
    floor,
    goal,
    unit,
  };
}

const signature = ({ patterns, decode }: ReferenceRule, absent: string) => ({
  type: 'signature',
  // A literal that occurs nowhere makes each run a rule of its own.
  patterns: [...patterns, { literal: absent }],
  decode,
});

/** Evaluations on a pool of so many threads; the answer is checked against the reference's each time. */
function evaluator(
  context: BenchContext,
  threads: number,
  rule: ReferenceRule,
  baseline: ReferenceRule | null,
  expectedMatches: number,
) {
  const pool = createThreadPool(threads);
  // As a worker connects: only who judges writes results.
  const judge = createPool(context.config, 'judge', { applicationName: 'assay-bench' });
  const deps = { pool: judge, threads: pool, batchTimeoutMs: 60_000, now: () => performance.now() };
  const run = async () => {
    const { evalId } = await createEvaluation(context.pool, uuidV7, {
      tenantId: 'default',
      ruleId: 'bench',
      ruleName: 'bench',
      rule: parseRuleConfig('signature', signature(rule, uuidV7())),
      baseline: baseline === null ? null : parseRuleConfig('signature', signature(baseline, uuidV7())),
      dataset: 'bench',
      sampleSize: null,
      windowFrom: null,
      windowTo: null,
    });
    const startedAt = performance.now();
    const outcome = await processEvaluation(deps, evalId, new AbortController().signal);
    const milliseconds = performance.now() - startedAt;
    const result = (await findEvaluation(context.pool, evalId, null))?.result;
    const matches = Number(result?.true_positives) + Number(result?.false_positives);
    if (outcome !== 'completed' || matches !== expectedMatches) {
      throw new Error(`expected ${expectedMatches} matches, the evaluation ${outcome} with ${matches}`);
    }
    return milliseconds;
  };
  const close = async () => {
    await pool.destroy();
    await judge.end();
  };
  return { run, close };
}
