import type { Pool, PoolClient } from 'pg';
import type { EvaluateBatchTask } from '../../workers/evaluate-batch.ts';
import type { ThreadPool } from '../../workers/pool.ts';
import { type EvaluationTally, emptyTally, examplesWanted, mergeTally } from '../report/tally.ts';
import { findRepeats } from '../selections/find-repeats.ts';
import { loadSelection } from '../selections/load-selection.ts';
import type { Selection } from '../selections/selection.ts';
import type { Chunk } from '../selections/stream-chunks.ts';
import type { EvaluatedRule, EvaluationJob } from './evaluation.ts';
import { EvaluationError } from './evaluation-error.ts';
import { findLimited, type LimitedLookup } from './find-limited.ts';
import { runBatches } from './run-batches.ts';

export interface RunEvaluationDeps {
  /** Connections as `assay_judge`, who alone may write a result. */
  pool: Pool;
  threads: ThreadPool;
  /** A batch that takes longer ends its thread and fails the evaluation: no rule may stall the others. */
  batchTimeoutMs: number;
}

/** Batches an evaluation keeps in flight: one at work and one ready for each thread. */
const batchesInFlightPerThread = 2;

/**
 * Replays a rule, and its baseline, over a selection.
 *
 * @param reader a connection of the caller's; broken, and to be destroyed, if this throws.
 * @param onProgress called after each batch with the samples done. Rate limits take a pass over the selection of their
 *   own before the matching, so each sample counts in equal parts to each pass.
 * @throws EvaluationError when trying again would not help; the signal's reason when it was aborted.
 */
export async function runEvaluation(
  deps: RunEvaluationDeps,
  reader: PoolClient,
  job: EvaluationJob,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<EvaluationTally> {
  const selection = job.selectionId === null ? null : await loadSelection(deps.pool, job.selectionId);
  if (selection === null) throw datasetDeleted(job);
  if (!selection.repeatsKnown) await findRepeats(deps.pool, selection);

  const rules = [job.rule, job.baseline];
  const passes = 1 + rules.filter((rule) => rule !== null && hasRateLimit(rule)).length;
  let passed = 0;
  // Each pass over the selection moves the progress by its share; only the last sample of the last pass completes it.
  const onSamples = (samples: number) => {
    passed += samples;
    onProgress(Math.floor(passed / passes));
  };
  const limited = (rule: EvaluatedRule | null) =>
    rule === null || !hasRateLimit(rule)
      ? noLimits
      : limitsOf(deps, reader, selection, rule, job, signal, onSamples);
  const ruleLimits = await limited(job.rule);
  const baselineLimits = await limited(job.baseline);

  let tally = emptyTally();
  let done = 0;
  await runBatches(reader, selection, {
    inFlightMax: deps.threads.threads * batchesInFlightPerThread,
    signal,
    submit: (chunk) =>
      submitBatch(
        deps,
        job,
        selection,
        chunk,
        {
          ruleLimits: ruleLimits(chunk),
          baselineLimits: baselineLimits(chunk),
          examplesWanted: examplesWanted(tally),
        },
        signal,
      ),
    collect: (result) => {
      tally = mergeTally(tally, result.tally);
      done += result.samples;
      onSamples(result.samples);
    },
  });
  // The dataset may have been deleted while its chunks were streaming.
  if (done !== job.total) throw datasetDeleted(job);
  return tally;
}

const noLimits: LimitedLookup = () => [];

const hasRateLimit = (rule: EvaluatedRule) => rule.canonical.includes('"rate_limit"');

async function limitsOf(
  deps: RunEvaluationDeps,
  reader: PoolClient,
  selection: Selection,
  rule: EvaluatedRule,
  job: EvaluationJob,
  signal: AbortSignal,
  onSamples: (samples: number) => void,
): Promise<LimitedLookup> {
  const sorter = await deps.pool.connect();
  let failed = true;
  try {
    const inFlightMax = deps.threads.threads * batchesInFlightPerThread;
    const lookup = await findLimited(
      {
        reader,
        sorter,
        threads: deps.threads,
        inFlightMax,
        signal,
        onSamples,
        timeoutMs: deps.batchTimeoutMs,
        onTimeout: () => ruleTooSlow(job, deps.batchTimeoutMs),
      },
      selection,
      rule,
    );
    failed = false;
    return lookup;
  } finally {
    sorter.release(failed);
  }
}

function submitBatch(
  deps: RunEvaluationDeps,
  job: EvaluationJob,
  selection: Selection,
  chunk: Chunk,
  known: Pick<EvaluateBatchTask, 'ruleLimits' | 'baselineLimits' | 'examplesWanted'>,
  signal: AbortSignal,
) {
  return deps.threads.run(
    {
      kind: 'evaluate-batch',
      body: chunk.body,
      firstOrdinal: chunk.firstOrdinal,
      bounds: selection,
      repeats: chunk.repeats,
      rule: textOf(job.rule),
      baseline: job.baseline === null ? null : textOf(job.baseline),
      ...known,
    },
    {
      transfer: [chunk.body.buffer],
      signal,
      timeoutMs: deps.batchTimeoutMs,
      onTimeout: () => ruleTooSlow(job, deps.batchTimeoutMs),
    },
  );
}

function ruleTooSlow(job: EvaluationJob, timeoutMs: number): EvaluationError {
  return new EvaluationError(
    'rule_too_slow',
    `rule ${job.ruleId}${job.baseline === null ? '' : ', or its baseline,'} needed more than ${timeoutMs} ms for one ` +
      'batch of samples; use fewer patterns or smaller counted repetitions',
  );
}

const textOf = (rule: EvaluatedRule) => ({ hash: rule.hash, canonical: rule.canonical });

function datasetDeleted(job: EvaluationJob): EvaluationError {
  return new EvaluationError(
    'dataset_deleted',
    `dataset ${job.datasetName} was deleted before the evaluation finished`,
  );
}
