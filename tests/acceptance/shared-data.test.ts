import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEvaluation } from '../../src/shadow/evaluations/find-evaluation.ts';
import { ingestSamples } from '../../src/shadow/samples/ingest-samples.ts';
import { startWorkerProcess } from '../faults/worker-process.ts';
import {
  createEvaluationFixture,
  type EvaluationFixture,
  type Report,
} from '../integration/evaluation-fixture.ts';
import { type NaiveRule, recount } from '../support/recount.ts';

const folder = new URL('../../../shared/data/', import.meta.url);
const files = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.gz'))
      .map((name) => fileURLToPath(new URL(name, folder)))
  : [];

/** Each as the product takes it and as the plain loop does. */
const rules: { name: string; naive: NaiveRule; config: object }[] = [
  {
    name: 'three expressions, default fields',
    naive: {
      patterns: [
        { regex: 'union\\s+(all\\s+)?select', flags: 'i' },
        { regex: '\\b(and|or)\\b\\s+\\d+\\s*=\\s*\\d+', flags: 'i' },
        { regex: '<script[^>]*>', flags: 'i' },
      ],
    },
    config: {},
  },
  {
    name: 'literals and an expression, decoded',
    naive: {
      patterns: [{ literal: "' OR '" }, { literal: '../' }, { regex: 'sleep\\s*\\(\\s*\\d' }],
      decode: ['url', 'lowercase'],
    },
    config: { decode: ['url', 'lowercase'] },
  },
  {
    name: 'all of several, payload only',
    naive: { patterns: [{ literal: 'select' }, { literal: 'from' }], match: 'all', fields: ['payload'] },
    config: { match: 'all', fields: ['payload'] },
  },
];

const matrixOf = (report: Report) => ({
  true_positives: report.true_positives,
  false_positives: report.false_positives,
  true_negatives: report.true_negatives,
  false_negatives: report.false_negatives,
});

describe.skipIf(files.length === 0)('all of the shared traffic (skipped where the folder is absent)', () => {
  let fixture: EvaluationFixture;
  beforeAll(async () => {
    fixture = await createEvaluationFixture(undefined);
    for (const file of files) {
      await ingestSamples(
        createReadStream(file),
        { tenantId: '*', dataset: 'd', format: 'ndjson', gzip: true },
        { pool: fixture.pool, clock: Date.now },
      );
    }
  });
  afterAll(() => fixture?.close());

  test.each(rules)(
    '$name: the matrix equals a plain recount at 1, 2 and 8 threads',
    async ({ naive, config, name }) => {
      const expected = await recount(files, naive);
      expect(expected.true_positives).toBeGreaterThan(100);
      for (const threads of [1, 2, 8]) {
        const stop = fixture.worker(threads);
        // A pattern that occurs nowhere keeps each run from being answered by the cache.
        const absent = naive.match === 'all' ? [] : [{ literal: `absent ${threads}` }];
        const rule = { type: 'signature', ...config, patterns: [...naive.patterns, ...absent] };
        const { report } = await fixture.result(
          await fixture.request(rule, { ruleId: `${name} ${threads}` }),
        );
        expect(matrixOf(report), `${threads} threads`).toEqual(expected);
        await stop();
      }
    },
  );

  test('the same after a worker is killed in the middle', async () => {
    const [{ naive }] = rules as [(typeof rules)[0]];
    const environment = { DATABASE_URL: fixture.config.databaseUrl, WORKER_THREADS: '1' };
    const first = await startWorkerProcess(environment);
    // Decoding that changes nothing here makes the evaluation last long enough to be interrupted.
    const slow = Array.from({ length: 12 }, (_, i) => ({
      type: 'signature',
      patterns: [{ literal: `absent ${i}` }],
      fields: ['payload', 'uri', 'headers.*'],
      decode: ['url', 'html', 'comments', 'whitespace'],
    }));
    const evalId = await fixture.request({
      type: 'composite',
      op: 'or',
      rules: [{ type: 'signature', patterns: naive.patterns }, ...slow],
    });
    for (let done = 0; done === 0; await sleep(20)) {
      const evaluation = await findEvaluation(fixture.pool, evalId, null);
      expect(evaluation?.status, 'it ended before it could be interrupted').not.toBe('completed');
      done = evaluation?.done ?? 0;
    }
    await first.kill();
    const second = await startWorkerProcess(environment);
    const { report, attempts } = await fixture.result(evalId);
    expect(matrixOf(report)).toEqual(await recount(files, naive));
    expect(attempts).toBe(2);
    expect(await second.terminate()).toBe(0);
  });
});
