import { checkAll } from './check-ledger.ts';
import type { LedgerModel } from './ledger-model.ts';
import type { SimulatedLedger } from './messages.ts';
import { chaos, type SimulationOptions, usual } from './options.ts';
import { Violation } from './violation.ts';
import { World, type WorldStats } from './world.ts';

/** How many events one world lives through: long enough for leases to be lost and burned, short enough to be different often. */
const episodeEvents = 10_000;

export interface SimulationResult extends WorldStats {
  episodes: number;
}

/** A violation, with what repeats it. */
export class SimulationFailure extends Error {
  readonly violation: Violation;

  constructor(violation: Violation, seed: number, events: number) {
    super(`${violation.message} (seed ${seed}, after ${events} events)`, { cause: violation });
    this.violation = violation;
  }
}

export type WrapLedger = (model: LedgerModel, world: World) => SimulatedLedger;

/**
 * Simulates world after world until so many events have passed.
 *
 * @throws SimulationFailure at the first violation.
 */
export async function simulate(
  options: Pick<SimulationOptions, 'seed' | 'events'> & Partial<SimulationOptions>,
  wrap?: WrapLedger,
): Promise<SimulationResult> {
  const total: SimulationResult = {
    episodes: 0,
    events: 0,
    kills: 0,
    strandedMax: 0,
    allowed: 0,
    insufficient: 0,
    unavailable: 0,
  };
  while (total.events < options.events) {
    const seed = options.seed + total.episodes++;
    const stats = await episode(
      { ...usual, trouble: chaos, ...options, seed },
      Math.min(episodeEvents, options.events - total.events),
      wrap,
    );
    for (const key of ['events', 'kills', 'allowed', 'insufficient', 'unavailable'] as const)
      total[key] += stats[key];
    total.strandedMax = Math.max(total.strandedMax, stats.strandedMax);
  }
  return total;
}

async function episode(options: SimulationOptions, events: number, wrap?: WrapLedger): Promise<WorldStats> {
  const world = new World(options, wrap);
  try {
    await world.open();
    await world.run(events);
    await settleDown(world);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    throw new SimulationFailure(error, options.seed, world.stats.events);
  }
  return world.stats;
}

/** Everything works again and everybody gives back what is left: then nothing may be missing. */
async function settleDown(world: World): Promise<void> {
  const { network, options } = world;
  world.isQuiet = true;
  network.calm = true;
  network.ledgerDownUntilMs = 0;
  for (const pod of world.pods) {
    pod.partitionedUntilMs = 0;
    pod.disk.full = false;
    if (pod.process) pod.process.pausedUntilMs = 0;
  }
  await runFor(world, 5 * options.ttlMs);
  let open = 0;
  for (const { process } of world.pods) {
    if (!process?.alive) continue;
    open++;
    world.act(process, () =>
      process.engine.drain(() => {
        process.alive = false;
        open--;
      }),
    );
  }
  await runFor(world, 5 * options.ttlMs);
  if (open > 0 && options.variant === undefined)
    throw new Violation('L1', `${open} sidecars cannot be drained`);
  world.ledgerOffsetMs += 1e9;
  await runFor(world, 2_500);
  world.ledgerOffsetMs += 1e9;
  await runFor(world, 2_500);
  checkAll(world.model, world.truth);
  for (const [tenantId, { leased, unresolved }] of world.model.tenants) {
    if (leased + unresolved > 0)
      throw new Violation('L1', `${leased + unresolved} of ${tenantId} stay leased`);
  }
}

async function runFor(world: World, ms: number): Promise<void> {
  const untilMs = world.nowMs() + ms;
  while (world.nowMs() < untilMs) await world.step();
}
