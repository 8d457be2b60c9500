import type { ReadinessCheck } from '../../context.ts';

export interface CheckResult {
  ok: boolean;
  duration_ms: number;
}

/** A dependency that takes longer is as good as away for a request. */
export const checkTimeoutMs = 2_000;

/** Runs all checks at once, each bounded; a failure is told to `onFailure`, since the answer is public. */
export async function checkDependencies(
  checks: Record<string, ReadinessCheck>,
  onFailure: (name: string, error: unknown) => void,
): Promise<Record<string, CheckResult>> {
  const results = Object.entries(checks).map(async ([name, check]): Promise<[string, CheckResult]> => {
    const started = performance.now();
    let ok = true;
    try {
      await within(check(), checkTimeoutMs);
    } catch (error) {
      ok = false;
      onFailure(name, error);
    }
    return [name, { ok, duration_ms: Math.round(performance.now() - started) }];
  });
  return Object.fromEntries(await Promise.all(results));
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => expired.reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    await Promise.race([work, expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
