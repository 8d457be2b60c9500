import type { Xoshiro128 } from '../../stats/xoshiro128.ts';

export function pick<T>(from: readonly T[], rng: Xoshiro128): T {
  return from[rng.below(from.length)]!;
}

/** Fills each `{}` of a template with what `fill` gives. */
export function fillIn(template: string, fill: () => string): string {
  return template.replaceAll('{}', fill);
}
