import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './ledger-cluster.ts';

/** One of every kind first; then in any order. Killed processes are the most likely fault. */
const opening = ['kill', 'postgres', 'flush', 'redis', 'kill', 'kill all'] as const;
const later = ['kill', 'kill', 'kill', 'postgres', 'flush', 'redis', 'kill all'] as const;
type Fault = (typeof later)[number];

export interface Chaos {
  /** How long to go on at least; every kind of fault happens once, however long that takes. */
  forMs: number;
  random: () => number;
  /** Requests settled so far: faults are for a cluster at work, not for one that is still getting up. */
  settled: () => number;
}

/** Requests between two faults at least, or these milliseconds of waiting for them. */
const breather = { requests: 120, maxMs: 5_000 };

/** Breaks the cluster every second or so; resolves when everything runs again. */
export async function breakThings(
  cluster: Cluster,
  { forMs, random, settled }: Chaos,
): Promise<Record<string, number>> {
  const untilMs = Date.now() + forMs;
  const done: Record<string, number> = {};
  const running = new Map<string, Promise<void>>();
  const failed: unknown[] = [];
  /** One fault of a thing at a time: what is being started cannot be broken. */
  const once = (thing: string, act: () => Promise<void>) => {
    if (running.has(thing)) return;
    const acted = act()
      .catch((error: unknown) => void failed.push(error))
      .finally(() => running.delete(thing));
    running.set(thing, acted);
  };
  const commit = (fault: Fault) => {
    done[fault] = (done[fault] ?? 0) + 1;
    const api = Math.floor(random() * cluster.urls.length);
    for (const index of cluster.urls.keys()) {
      if (fault === 'kill all' || (fault === 'kill' && index === api))
        once(`api ${index}`, () => cluster.killApi(index));
    }
    if (fault === 'postgres') once('postgres', () => cluster.restartPostgres());
    if (fault === 'flush') once('redis', () => cluster.flushRedis());
    if (fault === 'redis') once('redis', () => cluster.stopRedis(500 + random() * 1_500));
  };
  for (let i = 0; failed.length === 0 && (i < opening.length || Date.now() < untilMs); i++) {
    const [before, sinceMs] = [settled(), Date.now()];
    await sleep(500 + random() * 1_000);
    while (settled() < before + breather.requests && Date.now() < sinceMs + breather.maxMs) await sleep(50);
    commit(opening[i] ?? later[Math.floor(random() * later.length)]!);
  }
  await Promise.all(running.values());
  if (failed.length > 0) throw new AggregateError(failed, 'what was broken did not come back');
  return done;
}
