import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { withTransaction } from '../src/platform/database/transaction.ts';
import { chunkRowPrefix, copyHeader, copyTrailer } from '../src/shadow/samples/chunk-row.ts';
import { NdjsonReader } from '../src/shadow/samples/ndjson-reader.ts';
import { SamplePacker } from '../src/shadow/samples/sample-packer.ts';

/** Bytes that are ready to be copied, and where to. */
export interface ReadyCopy {
  table: string;
  /** Text of the COPY statement. */
  statement: string;
  pieces: Buffer[];
}

const columns = [
  'id',
  'at',
  'source_ip',
  'method',
  'uri',
  'headers',
  'user_agent',
  'payload',
  'is_attack',
  'attack_type',
  'metadata',
] as const;

/** One plain row a sample in a table without an index: the least that storing the same samples can cost as rows. */
export async function readyRows(owner: Pool, gzip: Buffer): Promise<ReadyCopy> {
  await owner.query(`CREATE TABLE IF NOT EXISTS bench_rows (
    id text, at bigint, source_ip text, method text, uri text, headers text, user_agent text, payload text,
    is_attack boolean, attack_type text, metadata text)`);
  const pieces: Buffer[] = [];
  let text = '';
  for (const line of gunzipSync(gzip).toString().split('\n')) {
    if (line === '') continue;
    const sample = JSON.parse(line) as Partial<Record<(typeof columns)[number], unknown>>;
    const row = { ...sample, at: 1_700_000_000_000 };
    text += `${columns.map((column) => copyText(row[column])).join('\t')}\n`;
    if (text.length < 65_536) continue;
    pieces.push(Buffer.from(text));
    text = '';
  }
  pieces.push(Buffer.from(text));
  return { table: 'bench_rows', statement: `COPY bench_rows (${columns.join(', ')}) FROM STDIN`, pieces };
}

/** The very chunks an upload makes, packed beforehand, into a table like theirs: what PostgreSQL alone costs us. */
export async function readyChunks(owner: Pool, gzip: Buffer): Promise<ReadyCopy> {
  await owner.query('CREATE TABLE IF NOT EXISTS bench_chunks (LIKE shadow.sample_chunks INCLUDING ALL)');
  const packer = new SamplePacker({ isAttack: null, attackType: null, arrivedAt: 1_700_000_000_000 });
  const reader = new NdjsonReader(packer);
  reader.push(gunzipSync(gzip));
  reader.end();
  const rows = packer.takeRest().flatMap((chunk) => [chunkRowPrefix(chunk, 1, 1), chunk.body]);
  return {
    table: 'bench_chunks',
    statement: 'COPY bench_chunks FROM STDIN (FORMAT binary)',
    pieces: [copyHeader, ...rows, copyTrailer],
  };
}

/** Copies everything in one transaction, and empties the table again. @returns milliseconds until the commit. */
export async function copyReady(owner: Pool, ready: ReadyCopy): Promise<number> {
  await owner.query(`TRUNCATE ${ready.table}`);
  const startedAt = performance.now();
  await withTransaction(owner, (client: PoolClient) => copyPieces(client, ready));
  const elapsedMs = performance.now() - startedAt;
  await owner.query(`TRUNCATE ${ready.table}`);
  return elapsedMs;
}

async function copyPieces(client: PoolClient, ready: ReadyCopy): Promise<void> {
  const copy = client.query(copyFrom(ready.statement, { highWaterMark: 2 * 1024 * 1024 }));
  for (const piece of ready.pieces) if (!copy.write(piece)) await once(copy, 'drain');
  copy.end();
  await finished(copy);
}

function copyText(value: unknown): string {
  if (value === undefined || value === null) return '\\N';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // PostgreSQL's text type has no U+0000; the shared data has none either.
  return text.replace(/[\\\t\n\r]/g, (found) => escapes[found]!).replaceAll('\u0000', '');
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
