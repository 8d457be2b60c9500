import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadInjectorConfig } from '../../src/platform/config/injector.ts';
import { createLifecycle, type Lifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { startInjector } from '../../src/sidecar/injector/start-injector.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.info('skipped: the webhook over TLS needs openssl to make a certificate');

const directory = mkdtempSync(join(tmpdir(), 'assay-injector-'));
const log = createLogger({ logLevel: 'silent' }, 'injector');
const [cert, key] = ['tls.crt', 'tls.key'].map((name) => join(directory, name)) as [string, string];
let lifecycle: Lifecycle;
let port: number;

beforeAll(async () => {
  if (!hasOpenssl) return;
  makeCertificate('first');
  lifecycle = createLifecycle({ log, graceMs: 1_000 });
  const config = loadInjectorConfig({
    INJECTOR_TLS_CERT: cert,
    INJECTOR_TLS_KEY: key,
    INJECTOR_IMAGE: 'registry.example/assay:1',
    INJECTOR_API_URL: 'http://api:5004',
    INJECTOR_PORT: '0',
  });
  ({ port } = await startInjector(config, { log, lifecycle, lookMs: 50 }));
});

afterAll(async () => {
  await lifecycle?.stop('the test is over');
  rmSync(directory, { recursive: true });
});

test.runIf(hasOpenssl)('an admission review is answered with a patch', async () => {
  const object = {
    metadata: { labels: { 'assay.dev/inject': 'true' } },
    spec: { containers: [{ name: 'web' }] },
  };
  const request = { uid: 'u-7', kind: { group: '', version: 'v1', kind: 'Pod' }, object };
  const answer = await ask('POST', '/inject?timeout=10s', reviewOf(request));
  expect(answer.status).toBe(200);
  const { response, ...rest } = JSON.parse(answer.text);
  expect(rest).toEqual({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' });
  expect(response).toMatchObject({ uid: 'u-7', allowed: true, patchType: 'JSONPatch' });
  expect((await ask('POST', '/inject', { kind: 'Pod' })).status).toBe(400);
  const { text } = await ask('GET', '/metrics');
  expect(text).toContain('injector_reviews_total{result="injected"} 1');
  expect(text).toContain('injector_reviews_total{result="invalid"} 1');
});

const pod = { metadata: { labels: { 'assay.dev/inject': 'true' } }, spec: { containers: [{ name: 'web' }] } };

test.runIf(hasOpenssl).each([
  ['no request', undefined],
  ['no kind', { uid: 'u', object: pod }],
  ['nothing', null],
])('%s is no review, and ends nothing', async (_, request) => {
  expect(await ask('POST', '/inject', reviewOf(request))).toMatchObject({ status: 400 });
  expect((await ask('GET', '/readyz')).status).toBe(200);
});

test.runIf(hasOpenssl).each([
  ['labels that are none', { ...pod, metadata: { labels: null } }],
  ['annotations that are none', { ...pod, metadata: { ...pod.metadata, annotations: null } }],
  ['a container that is none', { ...pod, spec: { containers: [null] } }],
  ['volumes that are none', { ...pod, spec: { ...pod.spec, volumes: 7 } }],
  ['owners that are none', { ...pod, metadata: { ...pod.metadata, ownerReferences: [null] } }],
])('%s cannot be reviewed, which is counted and ends nothing', async (_, object) => {
  const failed = async () =>
    Number(
      /^injector_reviews_total\{result="failed"\} (\d+)$/m.exec((await ask('GET', '/metrics')).text)?.[1],
    );
  const before = await failed();
  const request = { uid: 'u', kind: { group: '', version: 'v1', kind: 'Pod' }, object };
  expect(await ask('POST', '/inject', reviewOf(request))).toMatchObject({ status: 500 });
  expect(await failed()).toBe(before + 1);
  expect((await ask('GET', '/readyz')).status).toBe(200);
});

test.runIf(hasOpenssl)('a review of any other method, place or size is refused', async () => {
  expect((await ask('GET', '/inject')).status).toBe(405);
  expect((await ask('POST', '/mutate', {})).status).toBe(404);
  expect((await ask('POST', '/inject', 'x'.repeat(4 * 1_048_576))).status).toBe(413);
});

function reviewOf(request: unknown) {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
}

test.runIf(hasOpenssl)('a changed certificate is used without a restart', async () => {
  expect((await ask('GET', '/healthz')).commonName).toBe('first');
  makeCertificate('second');
  await expect.poll(async () => (await ask('GET', '/healthz')).commonName).toBe('second');
  expect((await ask('GET', '/metrics')).text).toContain(
    'injector_certificate_reloads_total{result="loaded"} 1',
  );
});

function makeCertificate(name: string): void {
  const made = [
    '-keyout',
    `${key}.new`,
    '-out',
    `${cert}.new`,
    '-days',
    '2',
    '-nodes',
    '-subj',
    `/CN=${name}`,
  ];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...made], {
    stdio: 'ignore',
  });
  execFileSync('mv', [`${key}.new`, key]);
  execFileSync('mv', [`${cert}.new`, cert]);
}

function ask(method: string, path: string, body?: unknown) {
  return new Promise<{ status: number; text: string; commonName: string }>((resolve, reject) => {
    const options = {
      method,
      path,
      port,
      host: '127.0.0.1',
      agent: false,
      ca: readFileSync(cert),
      rejectUnauthorized: false,
    };
    const sent = request(options, (response) => {
      const { subject } = (response.socket as import('node:tls').TLSSocket).getPeerCertificate();
      const commonName = subject.CN as string;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text, commonName }));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
