import { databaseFaultOf } from '../../platform/database/database-fault.ts';

/** 10 ms → 2 s in five tries, and half a minute over all: a restart is bridged, a queue does not stand for ever. */
export const retryPolicy = {
  tries: 5,
  firstMs: 10,
  factor: 6,
  maxMs: 2_000,
  jitter: 0.2,
  overallMs: 30_000,
} as const;

/** Serialization failure, deadlock, a lock that was not to be had in time. */
const transient = new Set(['40001', '40P01', '55P03']);

/** Whether the same transaction may succeed when it is tried again. It was rolled back. */
export function isWorthRetrying(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return (typeof code === 'string' && transient.has(code)) || databaseFaultOf(error) === 'unavailable';
}

/**
 * @param tries made so far, from 1.
 * @param random in [0, 1), so that processes do not try again in step.
 */
export function backoffMs(tries: number, random: number): number {
  const { firstMs, factor, maxMs, jitter } = retryPolicy;
  const plain = Math.min(maxMs, firstMs * factor ** (tries - 1));
  return plain * (1 + jitter * (2 * random - 1));
}
