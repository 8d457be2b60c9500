import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ApiClient } from './api-client.ts';

export interface UploadAnswer {
  dataset: string;
  received: number;
  stored: number;
  rejected: number;
  errors: { line: number; reason: string }[];
}

export interface UploadOptions {
  dataset: string;
  tenantId?: string;
  label?: 'attack' | 'benign';
  /** Default: by the file's name. */
  format?: FileFormat;
  onProgress?: (bytes: number, total: number) => void;
}

export type FileFormat = 'ndjson' | 'csv' | 'har';
export const contentTypes: Record<FileFormat, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  har: 'application/har+json',
};

/** Streams a file to `POST /samples`; gzip is told by the file's first bytes, not by its name. */
export async function uploadFile(
  client: ApiClient,
  file: string,
  options: UploadOptions,
): Promise<UploadAnswer> {
  const { size } = await stat(file);
  const headers: Record<string, string> = { 'content-type': contentTypes[options.format ?? formatOf(file)] };
  if (await isGzipFile(file)) headers['content-encoding'] = 'gzip';
  return await client.upload(uploadPath(options), headers, bodyOf(createReadStream(file), size, options));
}

/** Streams chunks made here, such as generated samples, as NDJSON. */
export async function uploadChunks(
  client: ApiClient,
  chunks: Iterable<Buffer>,
  options: UploadOptions,
): Promise<UploadAnswer> {
  const headers = { 'content-type': contentTypes.ndjson };
  return await client.upload(uploadPath(options), headers, bodyOf(Readable.from(chunks), 0, options));
}

/** @throws Error naming the formats when the name tells none of them. */
export function formatOf(file: string): FileFormat {
  const name = file.toLowerCase().replace(/\.gz$/, '');
  if (/\.(ndjson|jsonl|json-lines|log)$/.test(name)) return 'ndjson';
  if (/\.csv$/.test(name)) return 'csv';
  if (/\.har$/.test(name)) return 'har';
  throw new Error(
    `the name of ${file} does not tell its format: let it end in .ndjson, .csv or .har, or use assay import --format`,
  );
}

function uploadPath({ dataset, tenantId, label }: UploadOptions): string {
  const query = new URLSearchParams({ dataset });
  if (tenantId !== undefined) query.set('tenant_id', tenantId);
  if (label !== undefined) query.set('label', label);
  return `/samples?${query}`;
}

function bodyOf(source: Readable, size: number, { onProgress }: UploadOptions): ReadableStream<Uint8Array> {
  let sent = 0;
  const counted = source.map((chunk: Buffer) => {
    sent += chunk.length;
    onProgress?.(sent, size);
    return chunk;
  });
  return Readable.toWeb(counted) as ReadableStream<Uint8Array>;
}

async function isGzipFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
  } finally {
    await handle.close();
  }
}
