import type { BatchView } from '../../batch/batch-view.ts';
import { type FieldValues, fieldValues } from '../field-values.ts';
import { type Field, headerNameOf } from '../fields.ts';
import type { RateLimitConfig } from '../rule-config.ts';
import type { Limit } from './token-bucket.ts';

/**
 * A rate limit within a rule. Its answer depends on all earlier samples of the selection, whatever batch or thread
 * they are in, so it is not worked out batch by batch: whoever evaluates the rule runs the buckets over the whole
 * selection and hands `matchBatch` the bits.
 */
export interface RateLimitLeaf extends Limit {
  readonly key: Field;
  /** The sample's key, `null` where it has none and so never matches. A repeated header is one key, joined by `, `. */
  keyOf(view: BatchView, i: number): string | null;
}

export function rateLimitLeaf(config: RateLimitConfig): RateLimitLeaf {
  const { key, capacity, refill_per_second: refillPerSecond } = config;
  return {
    key,
    capacity,
    refillPerSecond,
    keyOf:
      headerNameOf(key) === null
        ? (view, i) => columnKey(view, key, i)
        : (view, i) => headerKey(view, key, i),
  };
}

function columnKey(view: BatchView, key: Field, i: number): string | null {
  // A field that is not a header is named as its column is.
  return view.text(key as Parameters<BatchView['text']>[0], i);
}

function headerKey(view: BatchView, key: Field, i: number): string | null {
  const values = fieldValues(view, key, []);
  let v = firstOf(values.sample, i);
  if (values.sample[v] !== i) return null;
  let text = valueText(values, v);
  while (values.sample[++v] === i) text += `, ${valueText(values, v)}`;
  return text;
}

/** The first position in the sorted `samples` that holds `i` or more. */
function firstOf(samples: Uint32Array, i: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (samples[middle]! < i) low = middle + 1;
    else high = middle;
  }
  return low;
}

function valueText({ bytes, start, end }: FieldValues, v: number): string {
  return bytes.toString('utf8', start[v]!, end[v]!);
}
