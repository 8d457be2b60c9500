import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorkerProcess, type WorkerProcess } from '../../faults/worker-process.ts';
import {
  createTestApi,
  type TestAnswer,
  type TestApi,
  testAdminKey,
  testEncryption,
} from '../../support/api.ts';
import { redisUrl } from '../../support/redis.ts';
import { dumpDatabase, dumpRedis } from '../dump-stores.ts';
import { type BaseRequest, baseRequests } from './base-requests.ts';
import { followed, oddRequests, prepared, type Request, reaches, requestWith, send } from './sow.ts';
import { type Document, type Operation, type TextField, textFieldsOf } from './string-fields.ts';

/** Used nowhere else, so that one find is one leak. */
const pan = '4929420573595709';
const grouped = '4929 4205 7359 5709';
const canaries = [pan, 'tok_canary_7d1e55aa09'];
/** Sent in samples and rules alone, which are attack text and kept verbatim under scopes of their own. */
const inAttacks = ['5425233430109903', 'tok_attack_91c7b3d5e2'];

let api: TestApi;
let worker: WorkerProcess;
let document: Document;
let operations: { name: string; fields: TextField[]; operation: Operation }[];
let bases: Record<string, BaseRequest[]>;
/** A key of Assay is the third canary; it is also the one that is used. */
let key: string;
const leaks = new Set<string>();
const sent: Record<string, number> = {};

beforeAll(async () => {
  const redis = redisUrl();
  const env = {
    ...(redis === undefined ? {} : { REDIS_URL: redis }),
    REDIS_KEY_PREFIX: `canaries-${process.pid}`,
    RATE_LIMIT_REQUESTS_PER_SECOND: '1000000',
    RATE_LIMIT_BURST: '10000000',
    LEDGER_PENDING_MAX: '100000',
  };
  api = await createTestApi(env);
  const keys = { ...testEncryption, AUDIT_HMAC_KEY: 'canaries', LOG_LEVEL: 'trace', WORKER_THREADS: '1' };
  worker = await startWorkerProcess({ DATABASE_URL: api.database.url, ...env, ...keys });
  key = await api.key({ scopes: ['admin'], requestsPerSecond: 1_000_000 });
  canaries.push(key);
  document = (await api.send('GET', '/openapi.json')).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      fields: textFieldsOf(operation, document),
      operation,
    })),
  );
  bases = await baseRequests(api, testAdminKey);
});
afterAll(async () => {
  await worker?.terminate();
  await api?.close();
});

const found = (text: string, wanted: readonly string[]) =>
  wanted.filter((canary) => text.includes(canary) || text.includes(Buffer.from(canary).toString('hex')));
/** What must be nowhere: of a key only its public id is known, as who asked. */
const secrets = () => [...canaries, grouped, key.split('_')[2]!];

function look(where: string, { text, headers }: Pick<TestAnswer, 'text' | 'headers'>): void {
  const shown = found(`${text}\n${[...headers].join('\n')}`, secrets());
  if (shown.length > 0) leaks.add(`${where} answers ${shown.join(', ')}: ${text.slice(0, 300)}`);
}

async function sow(name: string, request: Request, where: string): Promise<number> {
  const answer = await send(api, key, request);
  sent[name] = (sent[name] ?? 0) + 1;
  look(`${name} ${where}`, answer);
  if (answer.status >= 500 && answer.status !== 503)
    leaks.add(`${name} ${where} failed: ${answer.status} ${answer.text}`);
  return answer.status;
}

const isRule = ({ path }: TextField) => path.includes('rule_config');

describe('a card number, a token and a key, sent in every text of every operation', () => {
  // Half a second. Where another file flushes Redis meanwhile, the evaluation whose events are read and the first checkpoint,
  // without which there is no export, wait for the poll that makes up for a lost job.
  test('every operation that takes a text has a base request, which is answered well', {
    timeout: 120_000,
  }, async () => {
    const lacking = operations.filter(({ name, fields }) => fields.length > 0 && bases[name] === undefined);
    expect(lacking.map(({ name }) => name)).toEqual([]);
    await emptied();
    for (const { name } of operations.filter((one) => one.name !== 'POST /samples')) {
      for (const base of bases[name] ?? []) {
        const ready = await prepared(base);
        const answer = await send(api, testAdminKey, requestWith(name, ready, null, ''));
        expect([name, answer.status < 300 ? '' : answer.text]).toEqual([name, '']);
      }
    }
  });

  // 3,000 requests and what prepares them take 16 s of a free core.
  test('shows in no answer', { timeout: 240_000 }, async () => {
    for (const { name, fields } of operations) {
      for (const base of bases[name] ?? []) {
        for (const field of fields) {
          for (const text of isRule(field) ? inAttacks : canaries) {
            const ready = await prepared(base);
            if (!reaches(ready, field) && base !== bases[name]![0]) continue;
            const where = `${field.in} ${field.path.join('.')}`;
            await sow(name, requestWith(name, ready, field, text), where);
            // What stood there and a text of its own: a URL stays one, a note becomes longer.
            const longer = followed(ready, field, text === pan ? grouped : text);
            if (longer !== null)
              await sow(name, requestWith(name, ready, field, longer), `${where} followed`);
          }
        }
      }
      const [first = {}] = bases[name] ?? [];
      for (const canary of canaries) {
        for (const request of oddRequests(name, await prepared(first), canary))
          await sow(name, request, 'odd');
      }
    }
    console.info(`canaries: ${Object.values(sent).reduce((sum, one) => sum + one, 0)} requests`);
    expect([...leaks]).toEqual([]);
  });

  test('lies nowhere in PostgreSQL, in Redis, in the logs, in the export', async () => {
    const lines = inAttacks.map((text) => ({
      id: text,
      uri: text,
      payload: text,
      attack_type: text,
      is_attack: true,
    }));
    const body = [...lines, { is_attack: inAttacks[0] }].map((line) => JSON.stringify(line)).join('\n');
    const upload = { headers: { 'content-type': 'application/x-ndjson' }, body };
    expect((await api.send('POST', '/samples?dataset=attacks', { key, ...upload })).status).toBe(200);
    const rule = { rule_id: 'attacks', rule_config: { type: 'signature', pattern: inAttacks[0] } };
    const headers = { prefer: 'wait=20' };
    const judged = await api.send('POST', '/shadow/evaluate', {
      key,
      headers,
      body: { ...rule, dataset: 'attacks' },
    });
    expect(judged.body).toMatchObject({ status: 'completed', true_positives: 1 });
    await emptied();
    const exported = await api.send('GET', '/audit/export', { key });
    const leafs = exported.text.split('\n').map((line) => (line === '' ? '' : decoded(line)));
    const stores: Record<string, string> = {
      'the export': leafs.join('\n'),
      'the log of the API': api.logged.join('\n'),
      'the log of the worker': worker.log(),
      metrics: (await api.send('GET', '/metrics')).text,
      ...(redisUrl() === undefined ? {} : { Redis: await dumpRedis(redisUrl()!) }),
      ...(await dumpDatabase(api.database.ownerPool)),
    };
    for (const [where, text] of Object.entries(stores)) {
      for (const one of found(text, secrets())) leaks.add(`${where} holds ${one}: ${around(text, one)}`);
      if (attackTables.includes(where)) continue;
      for (const one of found(text, inAttacks))
        leaks.add(`${where} holds the attack text ${one}: ${around(text, one)}`);
    }
    expect(Object.keys(stores)).toContain('audit.entries');
    expect(leafs.length).toBeGreaterThan(100);
    expect([...leaks]).toEqual([]);
  });
});

/** Where attack text is kept as it came: samples, rules, and what an evaluation says about them. */
const attackTables = ['shadow.sample_chunks', 'shadow.rule_versions', 'shadow.evaluations'];

const around = (text: string, canary: string) => {
  const at = Math.max(text.indexOf(canary), text.indexOf(Buffer.from(canary).toString('hex')));
  return text.slice(Math.max(0, at - 100), at + 100);
};
const decoded = (line: string) => {
  const { leaf } = JSON.parse(line) as { leaf?: string };
  return leaf === undefined ? line : `${line}\n${Buffer.from(leaf, 'base64').toString()}`;
};

async function emptied(): Promise<void> {
  const waiting =
    'SELECT EXISTS (SELECT FROM audit.outbox) OR (SELECT size FROM audit.head) > COALESCE((SELECT max(size) FROM audit.checkpoints), 0) AS waiting';
  while ((await api.database.ownerPool.query(waiting)).rows[0].waiting) await sleep(100);
}
