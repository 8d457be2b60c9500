import type { LeaseEngine } from '../core/engine-api.ts';
import type { SidecarMetrics } from './sidecar-metrics.ts';

/** What every face of the sidecar needs. */
export interface SidecarContext {
  engine: LeaseEngine;
  metrics: SidecarMetrics;
  /** Null: every tenant may be spent for. */
  tenants: ReadonlySet<string> | null;
  /** How long a request waits for credits that are on their way. */
  waitMs: number;
  /** Wall clock, for what is told to people and to nobody else: decisions go by the engine's monotonic one. */
  clock: () => number;
}
