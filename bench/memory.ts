import { readFile, writeFile } from 'node:fs/promises';
import { uuidV7 } from '../src/platform/uuid-v7.ts';
import { createQueueBackend } from '../src/queue/backend.ts';
import { createEvaluationProducer } from '../src/queue/jobs/shadow-evaluate.ts';
import { createEvaluation } from '../src/shadow/evaluations/create-evaluation.ts';
import { findEvaluation } from '../src/shadow/evaluations/find-evaluation.ts';
import { createEvaluationWatch } from '../src/shadow/evaluations/watch-evaluations.ts';
import { parseRuleConfig } from '../src/shadow/rules/parse-rule-config.ts';
import { generateSamples } from '../src/shadow/sample-data/generate-samples.ts';
import { ndjsonLines } from '../src/shadow/sample-data/ndjson-lines.ts';
import { ingestSamples } from '../src/shadow/samples/ingest-samples.ts';
import { startWorkerProcess } from '../tests/faults/worker-process.ts';
import type { BenchContext } from './row.ts';
import { uploadRepeated } from './upload-repeated.ts';

/** The peaks of a worker's resident memory, in MB, at two sizes of the same kind of evaluation. */
export interface MemoryRow {
  rule: string;
  small: { samples: number; peakMb: number; seconds: number };
  large: { samples: number; peakMb: number; seconds: number };
}

const rules: { name: string; dataset: 'shared' | 'generated'; config: (run: string) => object }[] = [
  {
    name: 'signature',
    dataset: 'shared',
    config: (run) => ({
      type: 'signature',
      patterns: [{ regex: String.raw`union\s+(all\s+)?select`, flags: 'i' }, '<script', run],
      decode: ['url'],
    }),
  },
  {
    name: 'rate_limit',
    dataset: 'generated',
    config: (run) => ({
      type: 'composite',
      op: 'or',
      rules: [
        { type: 'rate_limit', max_requests_per_minute: 20 },
        { type: 'signature', pattern: run },
      ],
    }),
  },
  {
    name: 'ip_list',
    dataset: 'generated',
    config: (run) => ({
      type: 'composite',
      op: 'or',
      rules: [
        { type: 'ip_list', cidrs: ['203.0.113.0/24', '2001:db8::/32', '198.51.100.0/25'] },
        { type: 'signature', pattern: run },
      ],
    }),
  },
];

/**
 * Evaluates at two sizes on a real worker process and reads its peak resident memory from the kernel, which is set back
 * before each evaluation. One evaluation of the small size warms it up: threads, compiled code and heaps.
 */
export async function measureMemory(
  context: BenchContext,
  sizes: { small: number; large: number },
): Promise<MemoryRow[]> {
  await uploadRepeated(context, 'shared', sizes.large);
  await ingestSamples(
    readable(ndjsonLines(generateSamples(11, sizes.large))),
    { tenantId: '*', dataset: 'generated', format: 'ndjson' },
    { pool: context.pool, clock: Date.now },
  );
  const worker = await startWorkerProcess({ DATABASE_URL: context.config.databaseUrl, WORKER_THREADS: '2' });
  const backend = createQueueBackend(context.config, () => {});
  const producer = createEvaluationProducer(backend);
  const evaluate = async (rule: (typeof rules)[number], samples: number) => {
    await writeFile(`/proc/${worker.child.pid}/clear_refs`, '5'); // VmHWM starts again from now
    const created = await createEvaluation(context.pool, uuidV7, {
      tenantId: 'default',
      ruleId: rule.name,
      ruleName: rule.name,
      rule: parseRuleConfig(undefined, rule.config(uuidV7())),
      baseline: null,
      dataset: rule.dataset,
      sampleSize: samples,
      windowFrom: null,
      windowTo: null,
    });
    const startedAt = performance.now();
    await producer.enqueue({ evalId: created.evalId, lane: created.lane, attempts: 0 });
    const states = createEvaluationWatch(context.pool).states(created.evalId, AbortSignal.timeout(600_000));
    for await (const _ of states);
    const evaluation = await findEvaluation(context.pool, created.evalId, null);
    if (evaluation?.status !== 'completed') throw new Error(`${rule.name}: ${JSON.stringify(evaluation)}`);
    return {
      samples: created.total,
      peakMb: await peakMb(worker.child.pid!),
      seconds: (performance.now() - startedAt) / 1000,
    };
  };
  try {
    const rows: MemoryRow[] = [];
    for (const rule of rules) {
      await evaluate(rule, sizes.small);
      const row = {
        rule: rule.name,
        small: await evaluate(rule, sizes.small),
        large: await evaluate(rule, sizes.large),
      };
      context.log(formatMemoryRow(row));
      rows.push(row);
    }
    return rows;
  } finally {
    await worker.terminate();
    await producer.close();
    await backend.close();
  }
}

export function formatMemoryRow({ rule, small, large }: MemoryRow): string {
  const side = ({ samples, peakMb, seconds }: MemoryRow['small']) =>
    `${samples.toLocaleString('en')} samples: peak ${peakMb.toFixed(0)} MB, ${seconds.toFixed(2)} s`;
  return `${rule.padEnd(10)} | ${side(small)} | ${side(large)} | ${(large.peakMb - small.peakMb).toFixed(0)} MB more`;
}

async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

async function* readable(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}
