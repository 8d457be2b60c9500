import { checkAll } from './check-ledger.ts';
import { calm, type SimulationOptions, usual } from './options.ts';
import type { SidecarProcess } from './process.ts';
import { World } from './world.ts';

export interface EndgameResult {
  requests: number;
  spent: number;
  /** Answered 402 although not all credits were spent yet: the tenant had one somewhere. */
  denied: number;
  /** Answered 503 after waiting, although it had. */
  postponed: number;
  seconds: number;
}

/** As long as a sidecar lets a request wait. */
const waitMs = 1_000;
const credits = 10_000;
/** Twenty sidecars of slow services need 8 minutes. */
const giveUpMs = 1_800_000;

/** Many sidecars share what little a tenant has, a credit a request, until all of it is spent. */
export async function endgame(seed: number, pods: number): Promise<EndgameResult> {
  const result: EndgameResult = { requests: 0, spent: 0, denied: 0, postponed: 0, seconds: 0 };
  const client = (process: SidecarProcess, tenantId: string): void => {
    process.engine.consumeSoon({ tenantId, amount: 1 }, waitMs, ({ kind }) => {
      result.requests++;
      if (kind === 'allowed') {
        process.expected += 1;
        result.spent++;
      } else if (result.spent < credits) {
        if (kind === 'insufficient') result.denied++;
        else result.postponed++;
      }
    });
  };
  const options: SimulationOptions = {
    ...usual,
    seed,
    events: 0,
    pods,
    tenants: 1,
    credits,
    topUps: false,
    ttlMs: 30_000,
    requestEveryMs: [200, 2_000],
    client,
    trouble: calm,
  };
  const world = new World(options);
  await world.open();
  while (result.spent < credits && world.nowMs() < giveUpMs) await world.step();
  result.seconds = world.nowMs() / 1_000;
  checkAll(world.model, world.truth);
  return result;
}
