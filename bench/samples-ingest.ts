import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { OpenAPIHono } from '@hono/zod-openapi';
import pino from 'pino';
import type { ApiDeps, AppEnv } from '../src/api/context.ts';
import { uploadSamples } from '../src/api/routes/samples/upload-samples.ts';
import { serveHttp } from '../src/api/server.ts';
import { createPool } from '../src/platform/database/pool.ts';
import { createMetrics } from '../src/platform/metrics/metrics.ts';
import { deleteDataset } from '../src/shadow/samples/delete-dataset.ts';
import { sharedOwner } from '../src/shadow/samples/find-dataset.ts';
import type { IngestResult } from '../src/shadow/samples/ingest-samples.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';
import { copyReady, readyChunks, readyRows } from './samples-reference.ts';

const dataset = 'bench-ingest';

/**
 * P12: gzip NDJSON through HTTP into PostgreSQL, from the first byte to the answer, against COPY of the same samples as
 * ready-made rows, from the first byte to the commit. COPY of the ready-made chunks is shown as well: it is what is
 * left of our time when parsing, checking and packing cost nothing.
 */
export async function samplesIngestScenario(context: BenchContext): Promise<BenchRow[]> {
  const owner = createPool(context.config, 'owner', { applicationName: 'assay-bench' });
  const server = await serveHttp(uploadApp(context).fetch, {
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 600_000,
  });
  try {
    // Gzip members one after the other are gzip.
    const gzip = Buffer.concat(await Promise.all(context.trafficFiles.map((file) => readFile(file))));
    const [rows, chunks] = [await readyRows(owner, gzip), await readyChunks(owner, gzip)];
    let samples = 0;
    const upload = async () => {
      const startedAt = performance.now();
      const { stored, rejected } = await send(server.port, gzip);
      const elapsedMs = performance.now() - startedAt;
      if (rejected > 0) throw new Error(`P12: ${rejected} samples were rejected`);
      samples = stored;
      await deleteDataset(context.pool, sharedOwner, dataset);
      return (stored / elapsedMs) * 1000;
    };
    const copyOf = (ready: typeof rows) => async () => (samples / (await copyReady(owner, ready))) * 1000;
    // Once each before anything counts: code is compiled, files of the tables exist.
    await alternate(1, upload, copyOf(rows));
    context.log(`P12: ${samples} samples, ${gzip.length} bytes of gzip`);
    const againstRows = await alternate(context.rounds, upload, copyOf(rows));
    const againstChunks = await alternate(context.rounds, upload, copyOf(chunks));
    const row = { id: 'P12', unit: 'samples/s' };
    return [
      {
        ...row,
        scenario: 'POST /samples, gzip NDJSON, against COPY of ready-made rows',
        assay: againstRows.a,
        reference: againstRows.b,
        ratio: againstRows.ratio,
        floor: 0.2,
        goal: 0.4,
      },
      {
        ...row,
        scenario: 'POST /samples, gzip NDJSON, against COPY of our own chunks, packed beforehand',
        assay: againstChunks.a,
        reference: againstChunks.b,
        ratio: againstChunks.ratio,
        floor: null,
        goal: null,
        note: 'shows what reading, checking and packing cost; no goal is set on it',
      },
    ];
  } finally {
    await server.stop(AbortSignal.abort());
    await owner.end();
  }
}

/** The route alone; looking up a key once an upload is not what is measured. */
function uploadApp(context: BenchContext): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  const log = pino({ level: 'silent' });
  app.use(async (c, next) => {
    c.set('log', log);
    c.set('key', {
      keyId: 'bench',
      name: 'bench',
      scopes: new Set(['shadow:write'] as const),
      tenantId: null,
      requestsPerSecond: null,
    });
    await next();
  });
  uploadSamples(app, { pool: context.pool, metrics: createMetrics(), clock: Date.now } as ApiDeps);
  return app;
}

async function send(port: number, gzip: Buffer): Promise<IngestResult> {
  const client = httpRequest({
    port,
    method: 'POST',
    path: `/samples?dataset=${dataset}`,
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
  });
  client.end(gzip);
  const [response] = await once(client, 'response');
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(`P12: ${response.statusCode} ${answer}`);
  return JSON.parse(answer) as IngestResult;
}
