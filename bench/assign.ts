import autocannon from 'autocannon';
import { startApiProcess } from '../tests/support/api-process.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const key = 'bench-shadow-key';
const connections = 16;
const requestsPerRound = 20_000;
const unitsPerConnection = 200;
const goalMs = 5;

/** Variant assignment over HTTP: the 99th percentile of its latency, beside that of `/health` of the same process. */
export async function assignScenario(context: BenchContext): Promise<BenchRow[]> {
  const api = await startApiProcess({
    DATABASE_URL: context.config.databaseUrl,
    SHADOW_API_KEY: key,
    RATE_LIMIT_REQUESTS_PER_SECOND: '10000000',
    RATE_LIMIT_BURST: '10000000',
  });
  try {
    const testId = await createTest(api.url);
    let unit = 0;
    const assign = () => p99(api.url, () => `/shadow/tests/${testId}/assign?unit=user-${unit++}`);
    const health = () => p99(api.url, () => '/health');
    await alternate(1, assign, health);
    const measured = await alternate(context.rounds, assign, health);
    return [
      {
        id: 'assign',
        scenario: `GET …/assign, ${connections} connections, p99, against /health`,
        assay: measured.a,
        reference: measured.b,
        ratio: measured.ratio,
        ranges: measured.ranges,
        floor: null,
        goal: null,
        unit: 'ms',
        note: `less is better here; the goal is ${goalMs} ms`,
      },
    ];
  } finally {
    await api.terminate();
  }
}

async function createTest(url: string): Promise<string> {
  const answer = await fetch(`${url}/shadow/tests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', champion: {}, challenger: {} }),
  });
  return ((await answer.json()) as { test_id: string }).test_id;
}

/** In milliseconds; each connection asks for units of its own in turn. */
async function p99(url: string, path: () => string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const result = await autocannon({
    url,
    connections,
    amount: requestsPerRound,
    timeout: 10,
    setupClient: (client) =>
      client.setRequests(
        Array.from({ length: unitsPerConnection }, () => ({ method: 'GET', path: path(), headers })),
      ),
  });
  if (result.non2xx + result.errors > 0) throw new Error(`assign: ${result.non2xx + result.errors} failed`);
  return result.latency.p99;
}
