import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import { uuidV7 } from '../src/platform/uuid-v7.ts';
import { createEvaluation } from '../src/shadow/evaluations/create-evaluation.ts';
import { findEvaluation } from '../src/shadow/evaluations/find-evaluation.ts';
import { processEvaluation } from '../src/shadow/evaluations/process-evaluation.ts';
import { parseRuleConfig } from '../src/shadow/rules/parse-rule-config.ts';
import { createThreadPool } from '../src/workers/pool.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';
import { uploadRepeated } from './upload-repeated.ts';

/** The usual signature: three expressions, default fields, nothing decoded. */
const patterns = [
  { regex: String.raw`union\s+(all\s+)?select`, flags: 'i' },
  { regex: String.raw`\b(and|or)\b\s+\d+\s*=\s*\d+`, flags: 'i' },
  { regex: '<script[^>]*>', flags: 'i' },
];

const samplesMin = 1_000_000;

interface MemorySample {
  payload?: string;
  uri?: string;
  user_agent?: string;
  is_attack: boolean;
}

/**
 * P6: an evaluation as a worker does it (row, lock, COPY, threads, report, row), against the fastest plain thing: one
 * thread, every sample an object in memory already, `RegExp.test` in a loop that stops at the first match. Each round
 * evaluates another version of the rule, since a repeated one would come from the cache.
 */
export async function evaluationScenario(context: BenchContext): Promise<BenchRow[]> {
  const samples = await loadSamples(context.trafficFiles);
  const total = await uploadRepeated(context, 'bench', samplesMin);
  const repeats = total / samples.length;
  context.log(`P6: ${total} samples, of which ${samples.length} different`);
  const expected = referenceMatches(samples) * repeats;
  const reference = async () => {
    const startedAt = performance.now();
    for (let round = 0; round < repeats; round++) referenceMatches(samples);
    return total / (performance.now() - startedAt);
  };
  const one = evaluator(context, 1, expected);
  const two = evaluator(context, 2, expected);
  try {
    const evaluated = async (run: () => Promise<number>) => total / (await run());
    // The first round finds the selection's repeats, starts the threads and warms both up.
    await one.run();
    await two.run();
    await reference();
    const p6 = await alternate(context.rounds, () => evaluated(two.run), reference);
    const scaling = await alternate(
      context.rounds,
      () => evaluated(two.run),
      () => evaluated(one.run),
    );
    const unit = 'thousand samples × rules/s';
    return [
      {
        id: 'P6',
        scenario:
          'evaluation from the database, 2 threads, against RegExp.test on samples in memory, 1 thread',
        assay: p6.a,
        reference: p6.b,
        ratio: p6.ratio,
        floor: 0.6,
        goal: 1.0,
        unit,
      },
      {
        id: 'P6',
        scenario: 'evaluation from the database, 2 threads against 1',
        assay: scaling.a,
        reference: scaling.b,
        ratio: scaling.ratio,
        floor: 1.5,
        goal: 1.7,
        unit,
      },
    ];
  } finally {
    await one.close();
    await two.close();
  }
}

async function loadSamples(files: string[]): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  for (const file of files) {
    for (const line of gunzipSync(await readFile(file))
      .toString('utf8')
      .split('\n')) {
      if (line !== '') samples.push(JSON.parse(line));
    }
  }
  return samples;
}

function referenceMatches(samples: readonly MemorySample[]): number {
  const expressions = patterns.map(({ regex, flags }) => new RegExp(regex, flags));
  let matches = 0;
  for (const { payload, uri, user_agent } of samples) {
    for (const expression of expressions) {
      if (
        (payload !== undefined && expression.test(payload)) ||
        (uri !== undefined && expression.test(uri)) ||
        (user_agent !== undefined && expression.test(user_agent))
      ) {
        matches++;
        break;
      }
    }
  }
  return matches;
}

/** Evaluations on a pool of so many threads; the answer is checked against the reference's each time. */
function evaluator(context: BenchContext, threads: number, expectedMatches: number) {
  const pool = createThreadPool(threads);
  const deps = { pool: context.pool, threads: pool, batchTimeoutMs: 60_000, now: () => performance.now() };
  const run = async () => {
    const config = parseRuleConfig('signature', {
      type: 'signature',
      // A literal that occurs nowhere makes each run a rule of its own.
      patterns: [...patterns, { literal: uuidV7() }],
    });
    const { evalId } = await createEvaluation(context.pool, uuidV7, {
      tenantId: 'default',
      ruleId: 'bench',
      ruleName: 'bench',
      rule: config,
      baseline: null,
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
  return { run, close: () => pool.destroy() };
}
