import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './ledger-cluster.ts';

/** One of every kind in the first eight seconds; then in any order. Killed processes are the most likely fault. */
const opening = ['kill', 'postgres', 'flush', 'redis', 'kill', 'kill all'] as const;
const later = ['kill', 'kill', 'kill', 'postgres', 'flush', 'redis', 'kill all'] as const;
type Fault = (typeof later)[number];

/** Breaks the cluster every second or so until `untilMs`; resolves when everything runs again. */
export async function breakThings(
  cluster: Cluster,
  untilMs: number,
  random: () => number,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {};
  const running = new Map<string, Promise<void>>();
  /** One fault of a thing at a time: what is being started cannot be broken. */
  const once = (thing: string, act: () => Promise<void>) => {
    if (running.has(thing)) return;
    running.set(
      thing,
      act().finally(() => running.delete(thing)),
    );
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
  for (let i = 0; Date.now() < untilMs; i++) {
    await sleep(600 + random() * 1_400);
    commit(opening[i] ?? later[Math.floor(random() * later.length)]!);
  }
  await Promise.all(running.values());
  return done;
}
