import { setTimeout as sleep } from 'node:timers/promises';
import type { SidecarClient } from '../support/sidecar-process.ts';

export interface Load {
  /** Credits that were answered with "allowed", by tenant. */
  readonly acknowledged: Map<string, number>;
  /** Answers by status; 0: the connection broke. */
  readonly statuses: Map<number, number>;
  /** When a spend was last allowed, by `performance.now`. */
  lastAllowedAt: number;
  stop(): Promise<void>;
}

export interface LoadOptions {
  tenants: readonly string[];
  workers: number;
  /** Between two requests of a worker. */
  pauseMs: number;
  random: () => number;
  amountMax?: number;
}

/** Spends 1 to `amountMax` credits at a time, and counts what it was allowed. */
export function startLoad(clients: readonly SidecarClient[], options: LoadOptions): Load {
  const { tenants, workers, pauseMs, random, amountMax = 5 } = options;
  let stopped = false;
  const load: Load = {
    acknowledged: new Map(tenants.map((tenant) => [tenant, 0])),
    statuses: new Map(),
    lastAllowedAt: 0,
    stop: async () => {
      stopped = true;
      await Promise.all(running);
    },
  };
  async function work(client: SidecarClient): Promise<void> {
    while (!stopped) {
      const tenant = tenants[Math.floor(random() * tenants.length)]!;
      const amount = 1 + Math.floor(random() * amountMax);
      const status = await client.consume(tenant, amount);
      load.statuses.set(status, (load.statuses.get(status) ?? 0) + 1);
      if (status === 200) {
        load.acknowledged.set(tenant, load.acknowledged.get(tenant)! + amount);
        load.lastAllowedAt = performance.now();
      }
      await sleep(status === 0 ? 5 : pauseMs); // the socket is gone between a kill and the next start
    }
  }
  const running = Array.from({ length: workers }, (_, i) => work(clients[i % clients.length]!));
  return load;
}
