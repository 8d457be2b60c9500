import type { Pool } from 'pg';
import type { Guard } from './guard.ts';

type Asynchronous = (...args: unknown[]) => Promise<unknown>;

/**
 * Puts the guard around whatever is asked of the pool: statements, and connections for transactions. While its circuit is
 * open they are refused at once, instead of waiting one after the other for a server that is away.
 *
 * The pool calls its own `connect`, with a callback, for each statement; those are part of the statement.
 */
export function guardPool(pool: Pool, guard: Guard): void {
  for (const name of ['query', 'connect'] as const) {
    const direct = pool[name].bind(pool) as unknown as Asynchronous;
    const guarded: Asynchronous = (...args) =>
      typeof args.at(-1) === 'function' ? direct(...args) : guard.run(() => direct(...args));
    pool[name] = guarded as never;
  }
}
