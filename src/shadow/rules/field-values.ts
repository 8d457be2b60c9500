import type { BatchView } from '../batch/batch-view.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import { type TextColumn, textColumns } from '../batch/sample.ts';
import { type DecodeStep, decoders } from './decode/decode-steps.ts';
import { everyHeader, type Field, headerNameOf } from './fields.ts';

/**
 * The values a field has in a batch, in the order of their samples: value `v` belongs to sample `sample[v]` and is the
 * UTF-8 text `bytes[start[v], end[v])`. A sample may have none or, where a header is repeated, several.
 */
export interface FieldValues {
  readonly count: number;
  readonly sample: Uint32Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Perhaps shared with the batch, never to be written. */
  readonly bytes: Buffer;
}

/**
 * What was worked out for a batch lives exactly as long as the batch: the sub-rules of a rule, and a rule and its
 * baseline, decode a column once between them.
 */
const byBatch = new WeakMap<BatchView, Map<string, FieldValues>>();

/** The values of `field` after the steps of `decode`, in that order. */
export function fieldValues(view: BatchView, field: Field, decode: readonly DecodeStep[]): FieldValues {
  let known = byBatch.get(view);
  if (known === undefined) {
    known = new Map();
    byBatch.set(view, known);
  }
  // Header names hold no blank, so the key is unambiguous.
  const column = headerNameOf(field) === null ? field : `headers.${headerNameOf(field)}`;
  const key = [column, ...decode].join(' ');
  let values = known.get(key);
  if (values === undefined) {
    values = decode.length === 0 ? readValues(view, field) : decoded(fieldValues(view, field, []), decode);
    known.set(key, values);
  }
  return values;
}

function readValues(view: BatchView, field: Field): FieldValues {
  const name = headerNameOf(field);
  return name !== null || field === everyHeader ? headerValues(view, name) : columnValues(view, field);
}

function columnValues(view: BatchView, field: Field): FieldValues {
  // `headers.*` and single headers are told apart before; what is left is named as its column is.
  const column = field as TextColumn;
  const { offsets, bytes } = view.column(column);
  const present = 1 << textColumns.indexOf(column);
  const n = view.count;
  let count = 0;
  for (let i = 0; i < n; i++) if ((view.present[i]! & present) !== 0) count++;
  // Nearly every column is full or empty, and then the batch's own offsets serve.
  if (count === 0) return nothing;
  if (count === n)
    return { count, sample: identity.subarray(0, n), start: offsets, end: offsets.subarray(1), bytes };
  const sample = new Uint32Array(count);
  const start = new Uint32Array(count);
  const end = new Uint32Array(count);
  let v = 0;
  for (let i = 0; i < n; i++) {
    if ((view.present[i]! & present) === 0) continue;
    sample[v] = i;
    start[v] = offsets[i]!;
    end[v] = offsets[i + 1]!;
    v++;
  }
  return { count, sample, start, end, bytes };
}

const none = new Uint32Array(0);
const nothing: FieldValues = { count: 0, sample: none, start: none, end: none, bytes: Buffer.alloc(0) };
const identity = Uint32Array.from({ length: maxSamplesPerBatch }, (_, i) => i);

/** @param name one header's name in lower case, or `null` for every header */
function headerValues(view: BatchView, name: string | null): FieldValues {
  const { bytes } = view.headers;
  const wanted = name === null ? null : Buffer.from(name, 'latin1');
  const sample: number[] = [];
  const start: number[] = [];
  const end: number[] = [];
  for (let i = 0; i < view.count; i++) {
    view.forEachHeader(i, (nameStart, nameEnd, valueStart, valueEnd) => {
      if (wanted !== null && !equals(bytes, nameStart, nameEnd, wanted)) return;
      sample.push(i);
      start.push(valueStart);
      end.push(valueEnd);
    });
  }
  return {
    count: sample.length,
    sample: Uint32Array.from(sample),
    start: Uint32Array.from(start),
    end: Uint32Array.from(end),
    bytes,
  };
}

function equals(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false;
  for (let k = 0; k < wanted.length; k++) if (bytes[start + k] !== wanted[k]) return false;
  return true;
}

/** One copy of all the bytes, in which each value is decoded where it lies. */
function decoded(raw: FieldValues, decode: readonly DecodeStep[]): FieldValues {
  const { count, sample, start } = raw;
  const steps = decode.map((step) => decoders[step]);
  const bytes = Buffer.from(raw.bytes);
  const end = raw.end.slice();
  for (let v = 0; v < count; v++) {
    for (const step of steps) end[v] = step(bytes, start[v]!, end[v]!);
  }
  return { count, sample, start, end, bytes };
}
