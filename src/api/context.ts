import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Fingerprint } from '../audit/vault/fingerprint.ts';
import type { Vault } from '../audit/vault/vault.ts';
import type { BalanceCache } from '../ledger/cache/balance-cache.ts';
import type { Ledger } from '../ledger/engine/create-ledger.ts';
import type { Config } from '../platform/config/load.ts';
import type { KeyStore } from '../platform/keys/key-store.ts';
import type { AuthenticatedKey } from '../platform/keys/scopes.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import type { RateLimiter } from '../platform/rate-limit/rate-limiter.ts';
import type { Breakers } from '../platform/resilience/breakers.ts';
import type { AuditFlushProducer } from '../queue/jobs/audit-flush.ts';
import type { EvaluationProducer } from '../queue/jobs/shadow-evaluate.ts';
import type { SimulationProducer } from '../queue/jobs/stats-simulate.ts';
import type { EvaluationWatch } from '../shadow/evaluations/watch-evaluations.ts';
import type { RuleConfig } from '../shadow/rules/rule-config.ts';
import type { RecentTests } from '../shadow/tests/recent-tests.ts';

/** What middleware leaves for a route: `c.get('key')` and so on. */
export type AppEnv = {
  Variables: {
    requestId: string;
    key: AuthenticatedKey;
    log: Logger;
    /** The route takes `admin`, and the key has it: what is refused from here on is in the audit log too. */
    isAdminAction?: boolean;
    /** What a JSON body held, not yet validated; undefined: nothing. */
    body: unknown;
  };
};

/** Resolves when the dependency works. Why it does not is logged; `/ready` is public and only says that. */
export type ReadinessCheck = () => Promise<void>;

/** What health, readiness and metrics need: of a worker there is no more to ask. */
export type HealthDeps = Pick<
  ApiDeps,
  'pool' | 'redis' | 'log' | 'metrics' | 'readinessChecks' | 'stopping' | 'clock'
>;

/** Everything the HTTP layer needs, constructed by `src/cli/api.ts` or a test and passed in. */
export interface ApiDeps {
  config: Config;
  /** Connections as the application role. */
  pool: Pool;
  /** As who writes outcomes, verdicts and deployments: the application only reads those. */
  judgePool: Pool;
  redis?: Redis | undefined;
  log: Logger;
  metrics: Metrics;
  keys: KeyStore;
  rateLimiter: RateLimiter;
  /** The circuit breakers of this process. */
  breakers: Breakers;
  ledger: Ledger;
  /** Balances to answer with, through the caches. */
  balances: BalanceCache;
  /** Seals payment tokens. */
  vault: Vault;
  /** Tells a replayed request from another one under the same idempotency key. */
  fingerprint: Fingerprint;
  /** By name, such as `queue`; database, migrations and redis are added by the app itself. */
  readinessChecks: Record<string, ReadinessCheck>;
  /** Reminds workers of an evaluation that was stored. */
  evaluations: EvaluationProducer;
  /** Reminds a worker that events wait to be sequenced. */
  auditFlush: AuditFlushProducer;
  evaluationWatch: EvaluationWatch;
  /** A/B tests to assign to. */
  recentTests: RecentTests;
  /** Reminds workers of a simulation that was stored. */
  simulations: SimulationProducer;
  /** As `parseRuleConfig`, off the event loop where the rule is large. */
  parseRule: (ruleType: string | undefined, input: unknown, location: string) => Promise<RuleConfig>;
  /** Aborts when the process begins to stop; answers that last (events, waits) end by it. */
  stopping: AbortSignal;
  /** Milliseconds since the epoch. */
  clock: () => number;
}
