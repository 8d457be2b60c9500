import { expect, test } from 'vitest';
import { seeded } from '../support/seeded.ts';
import { LineModel } from './line-model.ts';
import { MemoryBook, plan } from './memory-book.ts';
import type { EvaluationFact, Fact, Matrix, TestFact } from './naive-gate.ts';
import { shows } from './naive-gate.ts';

/**
 * Random sequences of commands, played by the product's own decisions and by a model that knows nothing of them: every
 * answer and everything live must be the same. `npm run test:gate` plays 100,000.
 */
const long = Number(process.env.ASSAY_TEST_MINUTES ?? 0) > 0;
const sequences = long ? 100_000 : 2_000;
const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

const hashes = ['a', 'b', 'c'];

class Player {
  readonly #random: () => number;
  /** Rollouts go well and are seldom taken back by hand, so that some get to their end. */
  readonly #calm: boolean;
  readonly model = new LineModel();
  readonly book = new MemoryBook();
  readonly facts: Fact[] = [];
  /** Canary outcomes fed in the present stage of a deployment, and when the last one came. */
  #fed = new Map<number, { canary: number; errors: number; atS: number; sinceS: number }>();
  deployed = 0;
  completed = 0;
  takenBack = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.#calm = random() < 0.5;
  }

  #among = <T>(...values: readonly T[]): T => values[Math.floor(this.#random() * values.length)]!;
  #below = (end: number): number => Math.floor(this.#random() * end);

  step(): void {
    const roll = this.#random();
    if (roll < 0.25) this.facts.push(this.#random() < 0.7 ? this.#evaluation() : this.#test());
    else if (roll < 0.5) this.#deploy();
    else if (roll < 0.7) this.#observe();
    else if (roll < (this.#calm ? 0.98 : 0.92)) this.#check();
    else this.#rollBack();
    this.#compare();
  }

  #matrix(): Matrix {
    const scale = this.#among(0.3, 1, 1, 1);
    const part = (from: number, to: number) => Math.floor(scale * (from + this.#random() * (to - from)));
    return { tp: part(250, 700), fp: part(0, 60), tn: part(600, 1_500), fn: part(0, 120) };
  }

  #evaluation(): EvaluationFact {
    const counts = this.#matrix();
    const repeats = (n: number) => (this.#random() < 0.8 ? n : Math.floor(n * this.#random()));
    const distinct = { ...counts, tp: repeats(counts.tp), fn: repeats(counts.fn) };
    const [attacks, benign] = [distinct.tp + distinct.fn, distinct.tn + distinct.fp];
    const pair = (total: number): [number, number] => {
      const wins = Math.min(total, this.#below(14));
      return [wins, Math.min(total - wins, this.#below(4))];
    };
    return {
      kind: 'evaluation',
      hash: this.#among(...hashes),
      status: this.#among('completed', 'completed', 'completed', 'failed', 'running', 'queued'),
      counts,
      distinct,
      baselineHash: this.#among(null, ...hashes, ...hashes),
      attackPairs: pair(attacks),
      benignPairs: pair(benign),
      versions: this.#among(1, 1, 2, 5),
    };
  }

  #test(): TestFact {
    return {
      kind: 'test',
      hash: this.#among(...hashes),
      decision: this.#among('continue', 'promote', 'promote', 'keep', 'rollback', 'inconclusive'),
      alpha: this.#among(0.05, 0.1, 0.5),
    };
  }

  #deploy(): void {
    const fact = this.facts.length === 0 || this.#random() < 0.1 ? null : this.#among(...this.facts);
    const hash = fact === null || this.#random() < 0.2 ? this.#among(...hashes) : fact.hash;
    const asked = {
      samples: this.#among(1_000, 1_000, 1_500),
      precision: this.#among(0.5, 0.8),
      recall: this.#among(0, 0.7),
    };
    const command = { hash, asked, percentage: this.#among(100, plan.stages[0]!) };
    const [before, live] = [
      this.book.deployments.length,
      this.book.deployments.find((d) => d.status === 'active'),
    ];
    if (fact === null) {
      const override = { admin: this.#random() < 0.5, reason: 'because' };
      expect(this.book.deploy({ ...command, override })).toBe(this.model.deploy({ ...command, override }));
      return;
    }
    expect(this.book.deploy({ ...command, fact })).toBe(this.model.deploy({ ...command, fact }));
    if (this.book.deployments.length === before) return;
    this.deployed++;
    // Said again in full, whatever the two just agreed on: no deployment without its test.
    expect(shows(fact, hash, asked, live?.hash ?? null)).toBe(true);
  }

  #canary(): number | null {
    const index = this.book.deployments.findIndex(({ status }) => status === 'canary');
    return index === -1 ? null : index;
  }

  #observe(): void {
    const index = this.#canary();
    if (index === null) return;
    const { percentage } = this.book.deployments[index]!;
    const rate = this.#calm ? 0 : this.#among(0, 0.002, 0.05, 0.3);
    const count = this.#among(100, 1_000, 1_000);
    const outcomes = Array.from({ length: count }, (_, i) => {
      const isCanary = Math.floor(((i + 1) * percentage) / 100) > Math.floor((i * percentage) / 100);
      return {
        arm: isCanary ? ('canary' as const) : ('baseline' as const),
        error: isCanary && this.#random() < rate,
      };
    });
    this.book.observe(index, outcomes);
    const canary = outcomes.filter(({ arm }) => arm === 'canary');
    const fed = this.#fed.get(index) ?? {
      canary: 0,
      errors: 0,
      atS: 0,
      sinceS: this.book.deployments[index]!.enteredAtS,
    };
    fed.canary += canary.length;
    fed.errors += canary.filter(({ error }) => error).length;
    fed.atS = this.book.nowS;
    this.#fed.set(index, fed);
  }

  #check(): void {
    this.book.nowS += this.#among(0, 30, 60, 60, 60, 90);
    const index = this.#canary();
    if (index === null) return;
    const { enteredAtS } = this.book.deployments[index]!;
    const fed = this.#fed.get(index) ?? { canary: 0, errors: 0, atS: 0, sinceS: enteredAtS };
    const { decision, to } = this.book.check(index);
    if (decision === 'hold') return;
    if (decision === 'advance') {
      // No data never advances, nor too little, too soon or too long ago, nor with errors beyond the limit.
      expect(fed.canary).toBeGreaterThanOrEqual(plan.minOutcomes);
      expect(this.book.nowS - enteredAtS).toBeGreaterThanOrEqual(plan.stageDurationS);
      expect(this.book.nowS - fed.atS).toBeLessThanOrEqual(plan.outcomeAgeMaxS);
      expect(fed.errors / fed.canary).toBeLessThan(plan.errorRateMax!);
      this.#fed.delete(index);
    }
    if (to === 'complete') this.completed++;
    if (to === 'rollback') this.takenBack++;
    this.model.step(index, to as Exclude<typeof to, 'hold'>);
  }

  #rollBack(): void {
    if (this.book.deployments.length === 0) return;
    const index = this.#below(this.book.deployments.length);
    expect(this.book.rollBack(index)).toBe(this.model.rollBack(index));
  }

  #compare(): void {
    const shown = this.book.deployments.map(({ hash, status, percentage }) => ({ hash, status, percentage }));
    expect(shown).toEqual(
      this.model.deployments.map(({ hash, status, percentage }) => ({ hash, status, percentage })),
    );
    for (const status of ['canary', 'active'])
      expect(shown.filter((deployment) => deployment.status === status).length).toBeLessThanOrEqual(1);
  }
}

test(`${sequences} sequences of commands: the gate answers as the model does, and nothing is live without its test`, () => {
  const totals = { deployed: 0, completed: 0, takenBack: 0 };
  for (let sequence = 0; sequence < sequences; sequence++) {
    const player = new Player(seeded(seed + sequence));
    try {
      for (let step = 0; step < 30; step++) player.step();
    } catch (error) {
      console.error(`ASSAY_TEST_SEED=${seed + sequence} finds this again at once`);
      throw error;
    }
    totals.deployed += player.deployed;
    totals.completed += player.completed;
    totals.takenBack += player.takenBack;
  }
  console.info(`gate model: seed ${seed}, ${sequences} sequences, ${JSON.stringify(totals)}`);
  // Enough of everything happens, or the agreement would say nothing.
  expect(totals.deployed).toBeGreaterThan(sequences / 4);
  expect(totals.completed).toBeGreaterThan(sequences / 100);
  expect(totals.takenBack).toBeGreaterThan(sequences / 100);
}, 3_600_000);
