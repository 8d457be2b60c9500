import { startApiProcess } from '../tests/support/api-process.ts';
import { pacedP99 } from './paced-latency.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const key = 'bench-shadow-key';
const goalMs = 5;
const paced = {
  // Well below what one process answers (about 6,000 a second), as a service that minds its latency is run.
  requestsPerSecond: 500,
  requests: 2_500,
  headers: { authorization: `Bearer ${key}` },
};

const allocations = {
  fixed: 'fixed split, nothing stored',
  thompson: 'Thompson, each unit’s draw stored',
} as const;

/** Variant assignment over HTTP: the 99th percentile of its latency, beside that of `/health` of the same process. */
export async function assignScenario(context: BenchContext): Promise<BenchRow[]> {
  const api = await startApiProcess({
    DATABASE_URL: context.config.databaseUrl,
    SHADOW_API_KEY: key,
    RATE_LIMIT_REQUESTS_PER_SECOND: '10000000',
    RATE_LIMIT_BURST: '10000000',
  });
  try {
    const rows: BenchRow[] = [];
    for (const allocation of Object.keys(allocations) as (keyof typeof allocations)[]) {
      const testId = await createTest(api.url, allocation);
      let unit = 0;
      const assign = () =>
        pacedP99(api.url, () => `/shadow/tests/${testId}/assign?unit=user-${unit++}`, paced);
      const health = () => pacedP99(api.url, () => '/health', paced);
      await alternate(1, assign, health);
      const measured = await alternate(context.rounds, assign, health);
      rows.push({
        id: 'assign',
        scenario: `GET …/assign, ${allocations[allocation]}, ${paced.requestsPerSecond} a second, p99, against /health`,
        assay: measured.a,
        reference: measured.b,
        ratio: measured.ratio,
        ranges: measured.ranges,
        floor: null,
        goal: null,
        unit: 'ms',
        note: `less is better here; the goal is ${goalMs} ms`,
      });
    }
    return rows;
  } finally {
    await api.terminate();
  }
}

async function createTest(url: string, allocation: string): Promise<string> {
  const answer = await fetch(`${url}/shadow/tests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `bench ${allocation}`, champion: {}, challenger: {}, allocation }),
  });
  return ((await answer.json()) as { test_id: string }).test_id;
}
