import { randomUUID } from 'node:crypto';
import type { TestApi } from '../../support/api.ts';

/** A request that is answered well as it stands, and whose texts are then replaced one by one. */
export interface BaseRequest {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  /** Made before each sending, for what can be done once only. */
  before?: () => Promise<Pick<BaseRequest, 'path' | 'body'>>;
}

const tenant = { tenant_id: 'acme' };
const signature = { type: 'signature', pattern: 'union select' };
const rule = { rule_id: 'r', rule_name: 'rule', rule_type: 'signature', rule_config: signature };
const notes = { description: 'for lunch', reference: 'order 7', metadata: { room: '12' } };
const payment = { payment_method: 'card', payment_token: 'tok_base_request' };

/**
 * Base requests by operation, as the OpenAPI document names it. An operation that takes a text and is not here fails the
 * test: add a line, or several where its body has several forms.
 *
 * @param key of the requests that prepare others.
 */
export async function baseRequests(api: TestApi, key: string): Promise<Record<string, BaseRequest[]>> {
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await api.send(method, path, { key, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const post = (path: string, body: unknown) => send('POST', path, body);

  const grant = await post('/credits/topup', { ...tenant, amount: 1_000_000_000, ...payment });
  const sample = { method: 'GET', uri: '/x', payload: 'union select', is_attack: true };
  await api.send('POST', '/samples?dataset=base', {
    key,
    body: JSON.stringify(sample),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const evaluate = { ...tenant, ...rule, dataset: 'base', time_window: '30d' };
  const { eval_id } = await post('/shadow/evaluate', evaluate);
  const variant = { name: 'variant', rule_id: 'r' };
  const abTest = { ...tenant, name: 'test', champion: variant, challenger: variant };
  let tests = 0;
  const fresh = () => `test ${++tests}`;
  const startTest = async () => (await post('/shadow/tests', { ...abTest, name: fresh() })).test_id as string;
  const test_id = await startTest();
  const { variants } = await send('GET', `/shadow/tests/${test_id}`);
  const arms = [
    { successes: 5, trials: 9 },
    { successes: 6, trials: 9 },
  ];
  const simulate = { ...tenant, arms, draws: 100 };
  const { simulation_id } = await post('/stats/simulate', simulate);
  const spend = () => post('/credits/consume', { ...tenant, amount: 1 });
  const reserve = () => post('/credits/reserve', { ...tenant, amount: 1 });
  const { epoch } = await post('/leases/register', { instance: 'pod', incarnation: 'one', boot_id: 'boot' });
  const acquire = () => ({ ...tenant, instance: 'pod', epoch, request_id: randomUUID(), want: 2, min: 1 });
  const hold = async () => ({ body: { ...tenant, reservation_id: (await reserve()).reservation_id } });
  const operation = (op: string, fields: object) => ({ op, ...tenant, ...fields });
  const batch = (op: string, fields: object) => ({
    body: { mode: 'independent', ...tenant, operations: [operation(op, fields)] },
  });
  const abForm = (control_variant: unknown, test_variant: unknown) => ({
    body: { ...tenant, test_name: fresh(), control_variant, test_variant },
  });
  const inTest = async () => ({ path: { test_id: await startTest() } });
  const observation = {
    id: 'o',
    variant_id: variants[0].variant_id,
    unit: 'u',
    assignment_id: 'a',
    success: true,
  };
  const topup = { ...tenant, amount: 5, ...payment, ...notes, expires_at: '2099-01-01T00:00:00Z' };
  const reservation = async (op: string) => batch(op, { reservation_id: (await reserve()).reservation_id });
  const datasetOf = async () => {
    await api.send('POST', '/samples?dataset=gone', {
      key,
      body: JSON.stringify(sample),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    return { path: { name: 'gone' } };
  };

  let rules = 0;
  const deploy = async () => {
    const rule_id = `deployed-${++rules}`;
    const { rule_hash } = await post('/shadow/rules', { ...tenant, ...rule, rule_id });
    return {
      ...tenant,
      rule_id,
      rule_hash,
      override: { reason: 'an attack is under way' },
      strategy: 'canary',
    };
  };
  const deployed = async () => (await post('/shadow/deploy', await deploy())).deployment_id as string;
  const outcomes = async () => {
    const deployment_id = await deployed();
    const { variants: arms } = await send('GET', `/shadow/deployments/${deployment_id}`);
    const outcome = { id: 'o', variant_id: arms[0].variant_id, unit: 'u', success: true };
    return { path: { deployment_id }, body: { observations: [outcome] } };
  };

  return {
    'POST /shadow/deploy': [{ before: async () => ({ body: await deploy() }) }],
    'GET /shadow/deployments': [{ query: tenant }],
    'GET /shadow/deployments/{deployment_id}': [
      { before: async () => ({ path: { deployment_id: await deployed() } }) },
    ],
    'POST /shadow/deployments/{deployment_id}/rollback': [
      { before: async () => ({ path: { deployment_id: await deployed() }, body: { reason: 'too many' } }) },
    ],
    'GET /shadow/rules/{rule_id}/active': [{ path: { rule_id: 'deployed-1' }, query: tenant }],
    'POST /shadow/canaries/{deployment_id}/observations': [{ before: outcomes }],
    'GET /samples/datasets': [{ query: tenant }],
    'DELETE /samples/datasets/{name}': [{ before: datasetOf }],
    'POST /shadow/rules': [{ body: { ...tenant, ...rule } }],
    'GET /shadow/rules/{rule_id}': [{ path: { rule_id: 'r' }, query: tenant }],
    'POST /shadow/evaluate': [
      { body: { ...evaluate, baseline: { rule_type: 'signature', rule_config: signature } } },
      { before: async () => abForm({ name: 'c', ...rule }, { name: 't', ...rule }) },
      { before: async () => abForm('one', 'two') },
    ],
    'GET /shadow/results/{eval_id}': [{ path: { eval_id } }],
    'GET /shadow/results/{eval_id}/events': [],
    'POST /shadow/evaluations/{eval_id}/cancel': [
      { before: async () => ({ path: { eval_id: (await post('/shadow/evaluate', evaluate)).eval_id } }) },
    ],
    'POST /shadow/tests': [{ before: async () => ({ body: { ...abTest, name: fresh() } }) }],
    'GET /shadow/tests/{test_id}': [{ path: { test_id } }],
    'GET /shadow/tests/{test_id}/assign': [
      { path: { test_id }, query: { unit: 'u' } },
      { before: inTest, query: { unit: 'u' } },
    ],
    'POST /shadow/tests/{test_id}/observations': [
      { path: { test_id }, body: { observations: [observation] } },
    ],
    'POST /shadow/tests/{test_id}/evaluate': [{ before: inTest }],
    'POST /shadow/tests/{test_id}/conclude': [{ before: inTest }],
    'POST /stats/simulate': [{ body: simulate }],
    'GET /stats/simulations/{simulation_id}': [{ path: { simulation_id } }],
    'POST /credits/topup': [{ body: topup }],
    'POST /credits/purchase': [{ body: topup }],
    'POST /credits/consume': [{ body: { ...tenant, amount: 1, ...notes } }],
    'POST /credits/reserve': [{ body: { ...tenant, amount: 1 } }],
    'POST /credits/commit': [{ before: hold }],
    'POST /credits/cancel': [{ before: hold }],
    'POST /credits/refund': [
      { before: async () => ({ body: { ...tenant, transaction_id: (await spend()).transaction_id } }) },
    ],
    'POST /credits/batch': [
      batch('topup', topup),
      batch('consume', { amount: 1, ...notes }),
      batch('reserve', { amount: 1 }),
      { before: () => reservation('commit') },
      { before: () => reservation('cancel') },
      { before: async () => batch('refund', { transaction_id: (await spend()).transaction_id }) },
    ],
    'GET /credits/balance/{tenant_id}': [
      { path: tenant },
      { path: tenant, query: { at: '2099-01-01T00:00:00Z' } },
    ],
    'GET /credits/history': [{ query: tenant }],
    'GET /credits/report': [{ query: tenant }],
    'POST /credits/threshold': [
      { body: { ...tenant, threshold: 5, webhook_url: 'https://hooks.example.com/alert' } },
    ],
    'POST /leases/register': [
      { body: { instance: 'other', incarnation: 'one', boot_id: 'boot', journal: [] } },
    ],
    'POST /leases/acquire': [{ before: async () => ({ body: acquire() }) }],
    'POST /leases/settle': [
      {
        before: async () => {
          const { lease_id } = await post('/leases/acquire', acquire());
          return { body: { settlements: [{ lease_id, epoch, cumulative_spent: 1, final: true }] } };
        },
      },
    ],
    'GET /leases': [{ query: tenant }],
    'GET /audit/entries': [{ query: tenant }],
    'GET /audit/export': [{ query: tenant }],
    'POST /audit/erase': [{ body: { ...tenant, subject: 'nobody' } }],
    'POST /audit/unmask': [{ body: { ...tenant, transaction_id: grant.transaction_id, reason: 'ticket 7' } }],
    'POST /circuit-breaker/reset': [{ body: { name: 'ledger' } }],
    // Bodies of these are samples, attack text that is kept verbatim.
    'POST /samples': [{ query: { dataset: 'base', ...tenant } }],
  };
}
