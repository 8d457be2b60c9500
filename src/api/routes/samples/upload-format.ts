import { AssayError } from '../../../platform/errors.ts';
import type { SampleFormat } from '../../../shadow/samples/ingest-samples.ts';

const formats: Record<string, SampleFormat> = {
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/json-lines': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/csv': 'csv',
  'application/har+json': 'har',
  // Browsers' exports are plain JSON to most tools.
  'application/json': 'har',
};

/** The format of an upload; NDJSON where no type is given. @throws AssayError 415 naming the types there are. */
export function uploadFormat(contentType: string | undefined): SampleFormat {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (type === '') return 'ndjson';
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (format !== undefined) return format;
  throw new AssayError(
    415,
    'unsupported_media_type',
    `Content-Type is ${JSON.stringify(type.slice(0, 100))}, expected application/x-ndjson, text/csv or application/har+json`,
  );
}

/** Whether the body is declared to be gzip. @throws AssayError 415 for any other encoding. */
export function isGzip(contentEncoding: string | undefined): boolean {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return false;
  if (encoding === 'gzip' || encoding === 'x-gzip') return true;
  throw new AssayError(
    415,
    'unsupported_media_type',
    `Content-Encoding is ${JSON.stringify(encoding.slice(0, 100))}, expected gzip or none`,
  );
}
