import type { EngineSettings } from '../../src/sidecar/core/settings.ts';
import { seeded } from '../support/seeded.ts';
import { checkAll } from './check-ledger.ts';
import type { ClientStats } from './client.ts';
import { Disk } from './disk.ts';
import { EventQueue } from './event-queue.ts';
import { strike } from './faults.ts';
import { LedgerModel } from './ledger-model.ts';
import type { SimulatedLedger } from './messages.ts';
import { Network } from './network.ts';
import type { SimulationOptions } from './options.ts';
import { type Machine, type Pod, type SidecarProcess, startProcess } from './process.ts';
import { Truth } from './truth.ts';
import { Violation } from './violation.ts';

const tickMs = 100;
const sweepMs = 1_000;

export interface WorldStats extends ClientStats {
  events: number;
  kills: number;
  strandedMax: number;
}

/** Pods, clients, a network and a ledger, one event after another. What happens is decided by the seed alone. */
export class World {
  readonly options: SimulationOptions;
  readonly random: () => number;
  readonly truth: Truth;
  readonly model: LedgerModel;
  readonly network: Network;
  readonly pods: Pod[] = [];
  readonly tenantIds: string[];
  readonly stats: WorldStats = {
    events: 0,
    kills: 0,
    strandedMax: 0,
    allowed: 0,
    insufficient: 0,
    unavailable: 0,
  };
  /** The ledger's clock, against true time. */
  ledgerOffsetMs = 0;
  /** While things settle down nothing new is asked for. */
  isQuiet = false;
  readonly #ledger: SimulatedLedger;
  readonly #settings: Partial<EngineSettings>;
  readonly #queue = new EventQueue<() => void | Promise<void>>();
  #nowMs = 0;
  #starts = 0;
  #names = 0;

  /** @param wrap puts another ledger beside the model; it must answer as the model does. */
  constructor(
    options: SimulationOptions,
    wrap: (model: LedgerModel, world: World) => SimulatedLedger = (model) => model,
  ) {
    this.options = options;
    this.random = seeded(options.seed);
    const { ttlMs } = options;
    // Two kinds of writes can be under way when a process dies: the step it had, and the one of a decision of up to 200.
    this.truth = new Truth(options.variant === undefined ? 64 + 200 + 200 : Number.POSITIVE_INFINITY);
    this.model = new LedgerModel({
      nowMs: () => this.ledgerNowMs(),
      ttlMs,
      lostAfterMs: ttlMs,
      burnAfterMs: 3 * ttlMs,
      flaws: options.variant?.ledger ?? {},
      onLease: (lease) => this.truth.granted(lease.id, lease.tenantId, lease.amount, this.#nowMs + ttlMs),
    });
    this.#ledger = wrap(this.model, this);
    const { truth, model, random } = this;
    this.network = new Network({
      ledger: this.#ledger,
      model,
      truth,
      trouble: options.trouble,
      random,
      nowMs: () => this.#nowMs,
      at: (atMs, event) => this.at(atMs, event),
      act: (process, work) => this.act(process, work),
    });
    this.#settings = {
      wantMin: 20,
      horizonMs: 3_000,
      drainReserveMs: 300,
      backoffMaxMs: 1_000,
    };
    this.tenantIds = Array.from({ length: options.tenants }, (_, i) => `t${i}`);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  ledgerNowMs(): number {
    return Math.floor(this.#nowMs + this.ledgerOffsetMs);
  }

  at(atMs: number, event: () => void | Promise<void>): void {
    this.#queue.add(atMs, event);
  }

  /** A number with mean `meanMs`, as waiting for something that comes at random. */
  gapMs(meanMs: number): number {
    return -Math.log(1 - this.random()) * meanMs;
  }

  async open(): Promise<void> {
    for (const tenantId of this.tenantIds) await this.#ledger.topUp(tenantId, this.options.credits);
    for (let i = 0; i < this.options.pods; i++) this.addPod(`pod-${i}`);
    this.at(sweepMs, () => this.#sweep());
    if (this.options.topUps) this.at(this.gapMs(2_000), () => this.#topUp());
    const { faultEveryMs } = this.options.trouble;
    if (faultEveryMs < Number.POSITIVE_INFINITY) this.at(this.gapMs(faultEveryMs), () => this.#fault());
  }

  /** Runs so many events. */
  async run(events: number): Promise<void> {
    for (let i = 0; i < events; i++) {
      await this.step();
      if (i % 500 === 499) checkAll(this.model, this.truth);
    }
    checkAll(this.model, this.truth);
  }

  /** The next event; a promise only where the ledger is a real one. */
  step(): void | Promise<void> {
    this.#nowMs = this.#queue.nextAtMs();
    this.stats.events++;
    return this.#queue.take()();
  }

  addPod(instance: string): Pod {
    const machine: Machine = { bootId: this.newId('boot'), bootedAtMs: this.#nowMs - 1_000, wallOffsetMs: 0 };
    const pod: Pod = {
      instance,
      machine,
      disk: new Disk(),
      process: null,
      partitionedUntilMs: 0,
      isReplaced: false,
    };
    this.pods.push(pod);
    this.startPod(pod);
    const [shortest, longest] = this.options.requestEveryMs;
    const meanMs = shortest + this.random() * (longest - shortest);
    this.at(this.#nowMs + this.gapMs(meanMs), () => this.#client(pod, meanMs));
    return pod;
  }

  startPod(pod: Pod): void {
    if (pod.isReplaced || pod.process?.alive) return;
    if (this.launch(pod) === null) this.at(this.#nowMs + 500, () => this.startPod(pod));
  }

  launch(pod: Pod): SidecarProcess | null {
    const process = startProcess({
      pod,
      start: ++this.#starts,
      flaws: this.options.variant?.sidecar ?? {},
      settings: this.#settings,
      nowMs: () => this.#nowMs,
      random: this.random,
      newId: () => this.newId('n'),
      transportOf: (started) => this.network.transportOf(started),
      diesNow: () => !this.network.calm && this.random() < this.options.trouble.killAtWrite,
      died: (dead) => this.kill(dead),
    });
    if (process === null) return null;
    this.act(process, () => process.engine.start());
    this.at(this.#nowMs + tickMs, () => this.#tick(process));
    return process;
  }

  /** SIGKILL; the pod starts it again. */
  kill(process: SidecarProcess): void {
    if (!process.alive) return;
    process.alive = false;
    this.stats.kills++;
    this.at(this.#nowMs + 50 + this.random() * 500, () => this.startPod(process.pod));
  }

  /** Runs something in a process and looks at what it did. */
  act(process: SidecarProcess, work: () => void): void {
    if (!process.alive) return;
    if (process.pausedUntilMs > this.#nowMs) {
      this.at(process.pausedUntilMs, () => this.act(process, work));
      return;
    }
    process.expected = 0;
    work();
    if (process.alive) this.#observe(process);
    else this.#observeReleases(process);
  }

  newId(kind: string): string {
    return `${kind}${++this.#names}`;
  }

  #observe(process: SidecarProcess): void {
    let moved = 0;
    for (const lease of process.engine.leases()) {
      let last = process.lastUsed.get(lease.leaseId);
      if (last === undefined) {
        if (!process.grantedHere.has(lease.leaseId)) this.truth.resumed(lease);
        last = process.grantedHere.has(lease.leaseId) ? 0 : lease.used;
      }
      const delta = lease.used - last;
      process.lastUsed.set(lease.leaseId, lease.used);
      if (delta === 0) continue;
      moved += delta;
      const watermark = process.pod.disk.watermarkOf(lease.leaseId);
      this.truth.used(lease, delta, this.#nowMs, process.start, watermark);
    }
    this.stats.strandedMax = this.truth.strandedMax;
    if (moved !== process.expected)
      throw new Violation('S4', `clients were granted ${process.expected}, the leases moved by ${moved}`);
  }

  /** Killed in the middle: nobody was answered. What a client asked to release was not used for that. */
  #observeReleases(process: SidecarProcess): void {
    for (const lease of process.engine.leases()) {
      const delta = lease.used - (process.lastUsed.get(lease.leaseId) ?? lease.used);
      if (delta < 0) this.truth.used(lease, delta, this.#nowMs, process.start, null);
    }
  }

  #tick(process: SidecarProcess): void {
    if (!process.alive) return;
    this.act(process, () => {
      for (const write of process.later.splice(0)) write();
      process.engine.tick();
    });
    this.at(this.#nowMs + tickMs, () => this.#tick(process));
    if (this.random() < 0.05) process.pod.disk.snapshot();
  }

  #client(pod: Pod, meanMs: number): void {
    if (pod.isReplaced && !pod.process?.alive) return;
    this.at(this.#nowMs + this.gapMs(meanMs), () => this.#client(pod, meanMs));
    const { process } = pod;
    if (process === null || this.isQuiet || process.pausedUntilMs > this.#nowMs) return;
    const tenantId = this.tenantIds[Math.floor(this.random() * this.tenantIds.length)]!;
    this.act(process, () => this.options.client(process, tenantId, this.random, this.stats));
  }

  #topUp(): void | Promise<void> {
    if (this.isQuiet) return;
    this.at(this.#nowMs + this.gapMs(2_000), () => this.#topUp());
    const tenantId = this.tenantIds[Math.floor(this.random() * this.tenantIds.length)]!;
    return this.#ledger.topUp(tenantId, 1 + Math.floor(this.random() * 3_000));
  }

  #sweep(): void | Promise<void> {
    this.at(this.#nowMs + sweepMs, () => this.#sweep());
    const before = this.#available();
    const check = () => {
      if (this.#available() > before) throw new Violation('I4', 'time gave credits back');
    };
    const swept = this.#ledger.sweep();
    return swept instanceof Promise ? swept.then(check) : check();
  }

  #available(): number {
    let sum = 0;
    for (const { available } of this.model.tenants.values()) sum += available;
    return sum;
  }

  #fault(): void | Promise<void> {
    if (this.isQuiet) return;
    const { faultEveryMs, faults } = this.options.trouble;
    this.at(this.#nowMs + this.gapMs(faultEveryMs), () => this.#fault());
    return strike(this, faults[Math.floor(this.random() * faults.length)]!);
  }
}
