import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeploymentMetrics } from '../../src/shadow/deployments/publish-deployment-metrics.ts';
import { sweepCanaries } from '../../src/shadow/deployments/sweep-canaries.ts';
import { createTestApi, testAdminKey as key, type TestApi } from '../support/api.ts';
import { catching } from './deployment-fixture.ts';

// docs/reference/deployments.md, made true: every row of its table of calls is played, every code it names exists.

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/reference/deployments.md', root), 'utf8');

/** Rows of tables with so many columns, without their headers. */
const rowsOf = (columns: number): string[][] =>
  page
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| ---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === columns)
    .slice(1);

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api?.close());

const post = (path: string, body?: unknown) => api.send('POST', path, { key, body });
const get = async (path: string) => (await api.send('GET', path, { key })).body;

const canary = { stages: [50, 100], stage_duration_s: 0, min_outcomes: 50, outcome_age_max_s: 3_600 };
const kinds: Record<string, number> = { A: 8, B: 9, C: 10 };

/** One rule, its versions A, B and C, and what was deployed of them. */
class Line {
  readonly #rule: string;
  readonly #latest = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #sent = 0;

  constructor(rule: string) {
    this.#rule = rule;
  }

  async call(text: string): Promise<{ status: number; code: string }> {
    const [verb, version] = text.split(' ') as [string, string | undefined];
    const { status, body } = await this.#send(verb, version!);
    return { status, code: body?.code ?? '' };
  }

  #send(verb: string, version: string) {
    const id = this.#latest.get(version);
    switch (verb) {
      case 'deploy':
        return this.#deploy(version, { strategy: 'immediate' });
      case 'canary':
        return this.#deploy(version, { strategy: 'canary', canary });
      case 'rollback':
        return post(`/shadow/deployments/${id}/rollback`);
      case 'report':
        return this.#report(id!, 0);
      default:
        return this.#look(verb);
    }
  }

  async #deploy(version: string, how: object) {
    const stored = await post('/shadow/rules', {
      rule_id: this.#rule,
      rule_config: catching(kinds[version]!),
    });
    const { rule_hash } = stored.body;
    this.#names.set(rule_hash, version);
    const answer = await post('/shadow/deploy', {
      rule_id: this.#rule,
      rule_hash,
      override: { reason: 'a row of the reference' },
      ...how,
    });
    if (answer.status === 201) this.#latest.set(version, answer.body.deployment_id);
    return answer;
  }

  async #report(deploymentId: string, errorRate: number) {
    const { variants } = await get(`/shadow/deployments/${deploymentId}`);
    const [baseline, subject] = variants;
    const observations = Array.from({ length: 2_000 }, (_, i) => {
      const isCanary = subject.percentage === 100 || i % 2 === 0;
      return {
        id: `o${this.#sent++}`,
        variant_id: (isCanary ? subject : baseline).variant_id,
        error: isCanary && i % 100 < errorRate * 100,
      };
    });
    return post(`/shadow/canaries/${deploymentId}/observations`, { observations });
  }

  async #look(verb: string) {
    const { deployment_id } = await get(`/shadow/rules/${this.#rule}/active`);
    if (verb !== 'silent') await this.#report(deployment_id, verb === 'harmful' ? 0.3 : 0);
    const publish = createDeploymentMetrics(api.deps.metrics);
    await sweepCanaries({ ...api.deps, publish }, AbortSignal.timeout(60_000));
    return { status: 200, body: null };
  }

  async live(): Promise<string> {
    const { rule_hash, percentage, previous } = await get(`/shadow/rules/${this.#rule}/active`);
    if (rule_hash === null) return 'nothing';
    const shown = (one: { rule_hash: string; percentage: number }) =>
      `${this.#names.get(one.rule_hash)} ${one.percentage}`;
    return [{ rule_hash, percentage }, previous]
      .filter((one) => one !== null)
      .map(shown)
      .join(', ');
  }
}

describe('the table of calls', () => {
  const rows = rowsOf(5);
  test('is there', () => expect(rows.length).toBeGreaterThan(20));

  test.each(rows.map((cells, i) => [cells[0]!, i] as const))('%s', async (_, i) => {
    const [, calls, status, code, live] = rows[i]!;
    const line = new Line(`row-${i}`);
    let last = { status: 0, code: '' };
    for (const [, call] of calls!.matchAll(/`([^`]+)`/g)) last = await line.call(call!);
    expect({ ...last, live: await line.live() }).toEqual({
      status: Number(status),
      code: code!.replaceAll('`', ''),
      live,
    });
  });
});

test('every code that something is missing by is explained, and no other', () => {
  const documented = rowsOf(2).map(([code]) => code!.replaceAll('`', ''));
  const gate = readFileSync(new URL('src/shadow/deployments/gate.ts', root), 'utf8');
  const used = [...gate.matchAll(/missing\.add\(\s*'([a-z_]+)'/g)].map(([, code]) => code!);
  // The two bounds are named after what they bound.
  expect(gate).toMatch(/`low_\$\{name\}`/);
  expect(documented.sort()).toEqual([...new Set([...used, 'low_precision', 'low_recall'])].sort());
});

test('the states are those there are', () => {
  const [source] = globSync('src/shadow/deployments/deployment.ts', { cwd: root.pathname });
  const text = readFileSync(new URL(source!, root), 'utf8');
  const statuses = /deploymentStatuses = \[([^\]]+)\]/.exec(text)![1]!.match(/[a-z_]+/g);
  const documented = page
    .slice(0, page.indexOf('Of one rule at most'))
    .match(/^\| `([a-z_]+)`/gm)!
    .map((cell) => cell.slice(3, -1));
  expect(documented).toEqual(statuses);
});
