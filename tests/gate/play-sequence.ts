import { expect } from 'vitest';
import { catching } from '../integration/deployment-fixture.ts';
import { checkHistory } from './check-history.ts';
import { adminKey, type Cluster, shadowKey } from './cluster.ts';
import { type Asked, type EvaluationFact, type Fact, shows, type TestFact } from './naive-gate.ts';

const stages = [50, 100];
const canary = {
  stages,
  stage_duration_s: 0,
  min_outcomes: 100,
  error_rate_margin: 0.1,
  outcome_age_max_s: 60,
};
const asked: Asked = { samples: 1_000, precision: 0.8, recall: 0.7 };

/** Commands about one rule, drawn at random; every answer is held against what the naive gate says of it. */
export class Sequence {
  readonly #cluster: Cluster;
  readonly #random: () => number;
  readonly #ruleId: string;
  readonly #facts = new Map<string, Fact>();
  #overrides = 0;
  #names = 0;
  /** Deployments that were seen to be made. */
  deployed = 0;
  refused = 0;

  constructor(cluster: Cluster, random: () => number, ruleId: string) {
    this.#cluster = cluster;
    this.#random = random;
    this.#ruleId = ruleId;
  }

  #among = <T>(...values: readonly T[]): T => values[Math.floor(this.#random() * values.length)]!;

  async play(steps: number): Promise<void> {
    await this.#evaluate();
    for (let step = 0; step < steps; step++) {
      const roll = this.#random();
      if (roll < 0.2) await this.#evaluate();
      else if (roll < 0.3) await this.#abTest();
      else if (roll < 0.6) await this.#deploy();
      else if (roll < 0.8) await this.#observe();
      else if (roll < 0.92) await this.#rollBack();
      else await this.#forge();
    }
    await checkHistory(this.#cluster.database, this.#ruleId, this.#facts, this.#overrides);
  }

  /** Newest first. */
  async #list() {
    return (await this.#cluster.send('GET', `/shadow/deployments?rule_id=${this.#ruleId}&limit=200`)).body
      .deployments;
  }

  async #activeKinds(): Promise<number | null> {
    const { rows } = await this.#cluster.database.ownerPool.query(
      `SELECT json_array_length(v.rule_config -> 'patterns') AS kinds
       FROM shadow.deployments AS d JOIN shadow.rule_versions AS v USING (tenant_id, rule_id, rule_hash)
       WHERE d.rule_id = $1 AND d.status = 'active'`,
      [this.#ruleId],
    );
    return rows[0]?.kinds ?? null;
  }

  async #evaluate(): Promise<void> {
    const active = await this.#activeKinds();
    const baseline = this.#random() < 0.7 ? active : this.#among(null, 6, 8);
    const body = {
      rule_id: this.#ruleId,
      rule_config: catching(this.#among(6, 8, 8, 9, 10)),
      dataset: 'd',
      ...(this.#random() < 0.15 ? { sample_size: 700 } : {}),
      ...(baseline === null ? {} : { baseline: { rule_type: 'signature', rule_config: catching(baseline) } }),
    };
    const { body: asking } = await this.#cluster.send('POST', '/shadow/evaluate', body);
    if (this.#random() < 0.15)
      await this.#cluster.send('POST', `/shadow/evaluations/${asking.eval_id}/cancel`);
    const result = await this.#finished(asking.eval_id);
    this.#facts.set(asking.eval_id, evaluationFact(result));
  }

  async #finished(evalId: string) {
    for (;;) {
      const { body } = await this.#cluster.send('GET', `/shadow/results/${evalId}`);
      if (body.status === 'completed' || body.status === 'failed') return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #abTest(): Promise<void> {
    const { body: stored } = await this.#cluster.send('POST', '/shadow/rules', {
      rule_id: this.#ruleId,
      rule_config: catching(this.#among(8, 9, 10)),
    });
    // A name of its own each time: an attempt whose answer was lost may have taken one.
    let made = null;
    while (made === null) {
      made = await this.#cluster.attempt('POST', '/shadow/tests', {
        name: `${this.#ruleId} ${this.#names++}`,
        champion: {},
        challenger: { rule_id: this.#ruleId, rule_hash: stored.rule_hash },
        min_sample_size: 50,
        alpha: this.#among(0.05, 0.05, 0.4),
      });
    }
    const path = `/shadow/tests/${made.body.test_id}`;
    const { body: t } = await this.#cluster.send('GET', path);
    const better = this.#random() < 0.6;
    const observations = Array.from({ length: 400 }, (_, i) => ({
      id: `o${i}`,
      variant_id: t.variants[i % 2].variant_id,
      success: i % 2 === 1 && better ? i % 4 === 1 : i % 20 < 2,
    }));
    await this.#cluster.send('POST', `${path}/observations`, { observations });
    await this.#cluster.send('POST', `${path}/evaluate`);
    if (this.#random() < 0.5) await this.#cluster.send('POST', `${path}/conclude`);
    // A worker may look at the same time; only what has ended stays as it is.
    const { body: seen } = await this.#cluster.send('GET', path);
    const fact: TestFact = {
      kind: 'test',
      hash: stored.rule_hash,
      decision: seen.decision,
      alpha: seen.alpha,
    };
    this.#facts.set(made.body.test_id, fact);
  }

  async #deploy(): Promise<void> {
    const [id, fact] = this.#among(...this.#facts);
    const hash = this.#random() < 0.15 ? this.#among(...this.#facts.values()).hash : fact.hash;
    const isCanary = this.#random() < 0.6;
    const override = this.#random() < 0.15;
    const admin = this.#random() < 0.5;
    const name = fact.kind === 'test' ? 'test_id' : 'eval_id';
    const wish = {
      rule_id: this.#ruleId,
      rule_hash: hash,
      ...(override ? { override: { reason: 'drill' } } : { [name]: id }),
      ...(isCanary ? { strategy: 'canary', canary } : { strategy: 'immediate' }),
    };
    const before = await this.#list();
    if (override && admin) this.#overrides++;
    const code = await this.#answerTo(wish, admin ? adminKey : shadowKey, before.length);
    if (code === 'deployed') this.deployed++;
    else this.refused++;
    // A rollout may end at any moment, so what is live is certain only where there is none.
    if (before.some(({ status }: { status: string }) => status === 'canary')) return;
    const active = before.find(({ status }: { status: string }) => status === 'active')?.rule_hash ?? null;
    expect(code, JSON.stringify({ wish, fact, active })).toBe(
      expected({ override, admin, fact, hash, active }),
    );
  }

  /** Sends until there is an answer; where one got lost, what is stored says whether it was carried out. */
  async #answerTo(wish: object, as: string, before: number): Promise<string> {
    for (;;) {
      const answer = await this.#cluster.attempt('POST', '/shadow/deploy', wish, as);
      if (answer?.status === 201) return 'deployed';
      if ((await this.#list()).length > before) return 'deployed';
      if (answer !== null) return answer.body.code;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #observe(): Promise<void> {
    const deployment = (await this.#list()).find(({ status }: { status: string }) => status === 'canary');
    if (deployment === undefined) return;
    const harmful = this.#random() < 0.25;
    const [baseline, subject] = deployment.variants;
    const batch = this.#names++;
    const observations = Array.from({ length: 600 }, (_, i) => {
      const isCanary = subject.percentage === 100 || i % 2 === 0;
      const variant_id = (isCanary ? subject : baseline).variant_id;
      return { id: `${batch} ${i}`, variant_id, error: isCanary && harmful && i % 4 === 0 };
    });
    const path = `/shadow/canaries/${deployment.deployment_id}/observations`;
    const { status, body, repeated } = await this.#cluster.send('POST', path, { observations });
    if (status === 200 && !repeated) expect(body).toEqual({ accepted: 600, duplicates: 0 });
    // Whoever sends again is told that all of it is there, unless a check ended the rollout meanwhile.
    const again = await this.#cluster.send('POST', path, { observations });
    if (again.status === 200) expect(again.body).toEqual({ accepted: 0, duplicates: 600 });
    else expect(again.body.code).toBe('canary_finished');
    if (this.#random() < 0.7) await new Promise((resolve) => setTimeout(resolve, 600));
  }

  async #rollBack(): Promise<void> {
    const all = await this.#list();
    if (all.length === 0) return;
    const { deployment_id } = this.#among(...all);
    const path = `/shadow/deployments/${deployment_id}/rollback`;
    const answers = await Promise.all([this.#cluster.send('POST', path), this.#cluster.send('POST', path)]);
    for (const { status, body } of answers) {
      if (status === 200) expect(body.status).toBe('rolled_back');
      else expect(['deployment_not_live', 'deployment_in_progress']).toContain(body.code);
    }
  }

  /** By SQL, as the application: a deployment on the best evidence there is, and evidence itself. */
  async #forge(): Promise<void> {
    const [id, { hash }] = this.#among(...this.#facts);
    const statements = [
      `INSERT INTO shadow.deployments (deployment_id, tenant_id, rule_id, rule_hash, strategy, actor, test_id,
         canary_variant_id, baseline_variant_id, status, percentage, reason)
       VALUES (gen_random_uuid(), 'default', '${this.#ruleId}', '${hash}', 'immediate', 'x', '${id}',
         gen_random_uuid(), gen_random_uuid(), 'active', 100, 'x')`,
      `UPDATE shadow.deployments SET status = 'active', percentage = 100 WHERE rule_id = '${this.#ruleId}'`,
      `UPDATE shadow.ab_tests SET decision = 'promote', status = 'completed', log_e = 99 WHERE test_id = '${id}'`,
      `INSERT INTO shadow.deployment_overrides (override_id, tenant_id, rule_id, rule_hash, reason, actor)
       VALUES (gen_random_uuid(), 'default', '${this.#ruleId}', '${hash}', 'x', 'x')`,
      `UPDATE shadow.evaluation_evidence SET true_positives = 99999 WHERE eval_id = '${id}'`,
    ];
    for (const statement of statements)
      expect(await this.#sqlStateOf(statement), statement).toBe(insufficientPrivilege);
  }

  /** What the application's statement is answered; a connection that was not had in time answers nothing. */
  async #sqlStateOf(statement: string): Promise<string> {
    for (;;) {
      const answer = await this.#cluster.database.appPool.query(statement).then(
        () => ({ code: 'done' }),
        (error: { code?: string }) => error,
      );
      if (answer.code !== undefined && /^\w{4,5}$/.test(answer.code)) return answer.code;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const insufficientPrivilege = '42501';

interface Asking {
  override: boolean;
  admin: boolean;
  fact: Fact;
  hash: string;
  active: string | null;
}

function expected({ override, admin, fact, hash, active }: Asking): string {
  if (override && !admin) return 'forbidden';
  if (active === hash) return 'already_active';
  return override || shows(fact, hash, asked, active) ? 'deployed' : 'not_conclusive';
}

// biome-ignore lint/suspicious/noExplicitAny: a result of the API.
function evaluationFact(result: any): EvaluationFact {
  const counts = {
    tp: result.true_positives ?? 0,
    fp: result.false_positives ?? 0,
    tn: result.true_negatives ?? 0,
    fn: result.false_negatives ?? 0,
  };
  const pairs = (label: 'attacks' | 'benign'): [number, number] => {
    const compared = result.comparison?.[label];
    return [compared?.only_challenger ?? 0, compared?.only_baseline ?? 0];
  };
  return {
    kind: 'evaluation',
    hash: result.rule_hash,
    status: result.status,
    counts,
    // No request of this traffic repeats another.
    distinct: counts,
    baselineHash: result.comparison?.baseline.rule_hash ?? null,
    attackPairs: pairs('attacks'),
    benignPairs: pairs('benign'),
    versions: result.comparison?.versions_compared ?? 1,
  };
}
