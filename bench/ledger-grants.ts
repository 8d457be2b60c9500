import { Agent, request } from 'node:http';
import { startApiProcess } from '../tests/support/api-process.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const key = 'bench-credits-key';
const grantsOfMany = 1_000;
/** What each grant holds; nothing a run does uses one up. */
const creditsEach = 1_000_000;
const connections = 32;
/** Fifteen samples lie beyond the 99th percentile. */
const requestsPerRound = 1_500;

interface Client {
  /** @returns the answer, and how long it took. */
  send(method: string, path: string, body?: unknown): Promise<{ json: Record<string, never>; ms: number }>;
}

/** One request, or a few that belong together; each gives its time. */
type Act = (client: Client, tenantId: string) => Promise<number[]>;

const cases: { name: string; act: Act; floor: number | null }[] = [
  {
    name: 'POST /credits/consume',
    act: async ({ send }, tenant_id) => [
      (await send('POST', '/credits/consume', { tenant_id, amount: 1 })).ms,
    ],
    floor: 0.5,
  },
  {
    name: 'POST /credits/reserve over ten of the grants, and cancel',
    act: async ({ send }, tenant_id) => {
      const held = await send('POST', '/credits/reserve', { tenant_id, amount: 9.5 * creditsEach });
      const { reservation_id } = held.json;
      return [held.ms, (await send('POST', '/credits/cancel', { tenant_id, reservation_id })).ms];
    },
    floor: null,
  },
  {
    name: 'GET /credits/balance/:id?fresh=1, which lists the grants',
    act: async ({ send }, tenant_id) => [(await send('GET', `/credits/balance/${tenant_id}?fresh=1`)).ms],
    floor: null,
  },
];

/**
 * What a tenant's live grants cost: the 99th percentile of the time to an answer with 1,000 of them against that with one,
 * 32 requests under way. A ratio of 0.5 is twice the time.
 */
export async function grantsScenario(context: BenchContext): Promise<BenchRow[]> {
  const api = await startApiProcess({
    DATABASE_URL: context.config.databaseUrl,
    CREDITS_API_KEY: key,
    RATE_LIMIT_REQUESTS_PER_SECOND: '10000000',
    RATE_LIMIT_BURST: '10000000',
  });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  try {
    const client = clientOf(api.port, agent);
    await topUp(client, 'one', 1, grantsOfMany * creditsEach);
    await topUp(client, 'many', grantsOfMany, creditsEach);
    const rows: BenchRow[] = [];
    for (const { name, act, floor } of cases) {
      const one = () => round(client, act, 'one');
      const many = () => round(client, act, 'many');
      for (const warm of [one, many, one, many]) await warm();
      const { a, b, ratio, ranges } = await alternate(context.rounds, one, many);
      rows.push({
        id: 'grants',
        scenario: `${name}, 1,000 live grants | one`,
        assay: b,
        reference: a,
        ratio,
        ranges: { assay: ranges.reference, reference: ranges.assay, ratio: ranges.ratio },
        floor,
        goal: floor,
        unit: 'ms, p99',
      });
    }
    return rows;
  } finally {
    agent.destroy();
    await api.terminate();
  }
}

async function topUp({ send }: Client, tenant_id: string, grants: number, amount: number): Promise<void> {
  const operations = Array.from({ length: grants }, () => ({ op: 'topup', amount }));
  await send('POST', '/credits/batch', { mode: 'atomic', tenant_id, operations });
}

/** @returns the 99th percentile in milliseconds. */
async function round(client: Client, act: Act, tenantId: string): Promise<number> {
  const times: number[] = [];
  const work = async () => {
    while (times.length < requestsPerRound) times.push(...(await act(client, tenantId)));
  };
  await Promise.all(Array.from({ length: connections }, work));
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)]!;
}

function clientOf(port: number, agent: Agent): Client {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const send: Client['send'] = (method, path, body) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Client['send']>>>();
    const started = performance.now();
    const outgoing = request({ port, host: '127.0.0.1', method, path, agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => {
        const ms = performance.now() - started;
        if (answer.statusCode === 200) resolve({ json: JSON.parse(text), ms });
        else reject(new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  };
  return { send };
}
