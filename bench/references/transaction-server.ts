import { hash, randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import pg from 'pg';

/*
 * Hono and pg, one transaction a request, written as well as we can: prepared statements, no layer in between, and two
 * shapes of the same checks.
 *   statements  BEGIN, look the key up, take the credits where there are enough, three INSERTs, COMMIT: what most write
 *   function    the same in one function of the database: one round trip, one statement, one transaction
 * argv: database URL, shape, connections. Sends its port.
 */

const [databaseUrl, shape, poolSize] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl!, max: Number(poolSize) });

interface Consume {
  tenant_id: string;
  amount: number;
  idempotency_key: string;
}

interface Answer {
  status: number;
  body: string;
}

const isConsume = (body: unknown): body is Consume => {
  const { tenant_id, amount, idempotency_key } = body as Partial<Consume>;
  return (
    typeof tenant_id === 'string' &&
    Number.isSafeInteger(amount) &&
    amount! > 0 &&
    typeof idempotency_key === 'string'
  );
};

const sha256 = (text: string) => hash('sha256', text, 'buffer');

async function inFunction({ tenant_id, amount, idempotency_key }: Consume, request: string): Promise<Answer> {
  const transfer = randomUUID();
  const [head, tail] = eventAround(tenant_id, amount, transfer);
  const { rows } = await pool.query<[number, string]>({
    name: 'consume',
    text: 'SELECT * FROM bench_reference.consume($1, $2, $3, $4, $5, $6, $7)',
    values: [tenant_id, amount, sha256(idempotency_key), sha256(request), transfer, head, tail],
    rowMode: 'array',
  });
  const [status, body] = rows[0]!;
  return { status, body };
}

/** The event up to the balance after, and from there to the balance before: as long as the one the ledger writes. */
function eventAround(tenant: string, amount: number, transfer: string): [string, string] {
  const event = {
    action: 'credits.consume',
    actor: 'bootstrap-credits',
    amount,
    at: new Date().toISOString(),
    event_id: randomUUID(),
    grants: [{ amount, grant_id: transfer }],
    request_id: randomUUID(),
    success: true,
    tenant_id: tenant,
    transaction_id: transfer,
  };
  const zeros = '"expired":0,"held":0,"leased":0,"spent":0,"unresolved":0';
  return [
    `${JSON.stringify(event).slice(0, -1)},"after":{${zeros},"available":`,
    `},"before":{${zeros},"available":`,
  ];
}

async function inStatements(body: Consume, request: string): Promise<Answer> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await consume(client, body, request);
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const find = `SELECT request_sha256, status, body FROM bench_reference.idempotency_keys WHERE tenant_id = $1 AND key_sha256 = $2`;
const take = `UPDATE bench_reference.accounts SET balance = balance - $2 WHERE tenant_id = $1 AND balance >= $2 RETURNING balance`;
const record = `INSERT INTO bench_reference.transfers (transfer_id, tenant_id, amount, balance_after) VALUES ($1, $2, $3, $4)`;
const tell = `INSERT INTO bench_reference.outbox (tenant_id, event) VALUES ($1, $2)`;
const keep = `INSERT INTO bench_reference.idempotency_keys VALUES ($1, $2, $3, $4, $5)`;

async function consume(
  client: pg.PoolClient,
  { tenant_id, amount, idempotency_key }: Consume,
  request: string,
) {
  const key = sha256(idempotency_key);
  const asked = sha256(request);
  const known = await client.query({ name: 'find', text: find, values: [tenant_id, key] });
  if (known.rows.length > 0) {
    const { request_sha256, status, body } = known.rows[0];
    return asked.equals(request_sha256)
      ? { status, body }
      : { status: 422, body: '{"code":"idempotency_key_reused"}' };
  }
  const taken = await client.query({ name: 'take', text: take, values: [tenant_id, amount] });
  let answer: Answer = { status: 402, body: '{"code":"insufficient_credits"}' };
  if (taken.rows.length > 0) {
    const after = Number(taken.rows[0].balance);
    const transfer = randomUUID();
    const [head, tail] = eventAround(tenant_id, amount, transfer);
    await client.query({ name: 'record', text: record, values: [transfer, tenant_id, amount, after] });
    const event = Buffer.from(`${head}${after}${tail}${after + amount}}}`);
    await client.query({ name: 'tell', text: tell, values: [tenant_id, event] });
    const message = `Successfully consumed ${amount} credits`;
    answer = {
      status: 200,
      body: JSON.stringify({ success: true, transaction_id: transfer, balance: after, message }),
    };
  }
  const { status, body } = answer;
  await client.query({ name: 'keep', text: keep, values: [tenant_id, key, asked, status, body] });
  return answer;
}

const apply = shape === 'function' ? inFunction : inStatements;

async function handle(c: Context): Promise<Response> {
  const text = await c.req.text();
  const body: unknown = JSON.parse(text);
  if (!isConsume(body)) return c.json({ code: 'invalid_request' }, 400);
  const answer = await apply(body, text).catch((error: { code?: string }) => {
    // The same key at the same moment: the other one has it now.
    if (error.code === '23505') return apply(body, text);
    throw error;
  });
  return c.body(answer.body, answer.status as 200, { 'content-type': 'application/json' });
}

const app = new Hono();
app.post('/credits/consume', handle);
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send!(port));
process.on('SIGTERM', () => process.exit(0));
