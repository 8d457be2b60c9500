import type { BatchView } from '../batch/batch-view.ts';
import type { TextColumn } from '../batch/sample.ts';
import { type DecodeStep, decoders } from './decode/decode-steps.ts';
import { everyHeader, type Field, headerNameOf } from './fields.ts';

/**
 * The values a field has in a batch, in the order of their samples: value `v` belongs to sample `sample[v]` and is
 * `bytes[start[v], end[v])`, unless `text` holds what decoding made of it. A sample may have none or, where a
 * header is repeated, several.
 */
export interface FieldValues {
  readonly count: number;
  readonly sample: Uint32Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Shared with the batch, never to be written. */
  readonly bytes: Buffer;
  /** `undefined` where the bytes are still the value. */
  readonly text: readonly (string | undefined)[];
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
  const n = view.count;
  const sample = new Uint32Array(n);
  const start = new Uint32Array(n);
  const end = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (!view.has(column, i)) continue;
    sample[count] = i;
    start[count] = offsets[i]!;
    end[count] = offsets[i + 1]!;
    count++;
  }
  return { count, sample, start, end, bytes, text: [] };
}

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
    text: [],
  };
}

function equals(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false;
  for (let k = 0; k < wanted.length; k++) if (bytes[start + k] !== wanted[k]) return false;
  return true;
}

/**
 * Only a value that some step may change becomes a string. When none may, the first step leaves it as it is, so
 * the second sees the same bytes, and so on: asking each step about the raw bytes is enough.
 */
function decoded(raw: FieldValues, decode: readonly DecodeStep[]): FieldValues {
  const steps = decode.map((step) => decoders[step]);
  const text = new Array<string | undefined>(raw.count);
  for (let v = 0; v < raw.count; v++) {
    const start = raw.start[v]!;
    const end = raw.end[v]!;
    if (!steps.some((step) => step.mayChange(raw.bytes, start, end))) continue;
    const before = raw.bytes.toString('utf8', start, end);
    let after = before;
    for (const step of steps) after = step.decode(after);
    if (after !== before) text[v] = after;
  }
  return { ...raw, text };
}

/** Value `v` as a string, for those who need one. */
export function valueText(values: FieldValues, v: number): string {
  return values.text[v] ?? values.bytes.toString('utf8', values.start[v]!, values.end[v]!);
}
