import { databaseFaultOf } from '../database/database-fault.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createGuard, type Guard, type GuardOptions } from './guard.ts';

/** The circuit breakers of a process, by name, for whoever makes them and for the operator who looks at them. */
export interface Breakers {
  /** Makes a guard that is listed here. @throws Error when the name is taken. */
  guard(options: Omit<GuardOptions, 'metrics'>): Guard;
  get(name: string): Guard | undefined;
  all(): readonly Guard[];
}

/** One for each process, made by its main file and passed in. */
export function createBreakers(metrics: Metrics): Breakers {
  const guards = new Map<string, Guard>();
  return {
    guard: (options) => {
      if (guards.has(options.name)) throw new Error(`there is a circuit breaker "${options.name}" already`);
      const guard = createGuard({ ...options, metrics });
      guards.set(options.name, guard);
      return guard;
    },
    get: (name) => guards.get(name),
    all: () => [...guards.values()],
  };
}

/**
 * A guard for work on PostgreSQL. Only a server that cannot be reached, or does not answer in time, counts as a failure;
 * what it refuses (a constraint, a serialization failure) is its answer. The work keeps its own time: cut short from
 * outside, nobody would know whether it was done.
 */
export function databaseGuard(breakers: Breakers, name: string): Guard {
  return breakers.guard({
    name,
    // A restart of the server breaks every connection of the pool once, so a few failures are not an outage.
    failuresMax: 10,
    // A restarted PostgreSQL takes connections again within a second or two.
    openMs: 2_000,
    isFailure: (error) => databaseFaultOf(error) === 'unavailable',
  });
}
