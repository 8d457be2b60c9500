import type { BatchView } from '../batch/batch-view.ts';

/**
 * One node of a compiled rule. It looks at every sample of the batch and answers one byte a sample, 1 where it
 * matches. A node never skips samples on account of another node's answer, and never writes into an array that
 * another node gave it.
 *
 * @param limited `limited[k][i]` is 1 where rate-limit leaf `k`, in pre-order, matches sample `i`
 */
export type Matcher = (view: BatchView, limited: readonly Uint8Array[]) => Uint8Array;
