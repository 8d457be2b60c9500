import type { KeyObject } from 'node:crypto';
import { ConfigError } from './config-error.ts';
import { checkKeys, redisUrlOf, theDatabaseUrl } from './derived.ts';
import type { NamedKey } from './named-key.ts';
import { type Environment, environmentSchema } from './schema.ts';
import { isSecret } from './variable.ts';

/** The process's settings, parsed once and passed in. Names are those of the variables, in camel case. */
export interface Config {
  databaseUrl: string;
  databaseOwnerUrl: string | undefined;
  databasePoolSize: number;
  databaseStatementTimeoutMs: number;
  databaseConnectTimeoutMs: number;
  /** Undefined: the primary. */
  databaseReplicaUrl: string | undefined;
  slowStatementMs: number;
  migrateOnStart: boolean;
  backupBeforeMigrate: boolean;
  redisUrl: string | undefined;
  /** Falls back to `redisUrl`. */
  redisCacheUrl: string | undefined;
  redisKeyPrefix: string;
  redisTimeoutMs: number;
  host: string;
  port: number;
  secondPort: number | undefined;
  bodyLimitBytes: number;
  batchBodyLimitBytes: number;
  requestTimeoutMs: number;
  shutdownGraceMs: number;
  creditsApiKey: string | undefined;
  shadowApiKey: string | undefined;
  adminApiKey: string | undefined;
  /** The first is the one to use; empty when there is none. */
  encryptionKeys: readonly NamedKey[];
  fingerprintKey: KeyObject | undefined;
  auditHmacKey: string | undefined;
  auditSigningKey: string | undefined;
  auditOrigin: string;
  auditCheckpointPath: string | undefined;
  auditWitnessUrl: string | undefined;
  auditWitnessKey: string | undefined;
  rateLimitRequestsPerSecond: number;
  rateLimitBurst: number;
  ledgerLanes: number;
  ledgerPendingMax: number;
  auditRefusedSpends: boolean;
  leaseTtlMs: number;
  leaseLostAfterSeconds: number;
  leaseBurnAfterHours: number;
  idempotencyRetentionHours: number;
  reconcileMinutes: number;
  /** CIDR ranges. */
  webhookAllowedAddresses: readonly string[];
  metricsTenants: readonly string[];
  preloadTenants: number;
  workerThreads: number;
  workerMetricsPort: number | undefined;
  logLevel: Environment['LOG_LEVEL'];
}

/**
 * Reads the settings from an environment.
 *
 * @throws ConfigError that lists every fault; values of secrets never appear in it.
 * @example const config = loadConfig(process.env);
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(
        (issue) => `${issue.path.join('.')}: ${issue.message}${shown(issue.path[0], given)}`,
      );
  const databaseUrl = theDatabaseUrl(given, faults);
  const redisUrl = redisUrlOf(given, faults);
  checkKeys(given, faults);
  if (!parsed.success || databaseUrl === undefined || faults.length > 0) throw new ConfigError(faults);
  return assemble(parsed.data, databaseUrl, redisUrl);
}

function assemble(values: Environment, databaseUrl: string, redisUrl: string | undefined): Config {
  return {
    databaseUrl,
    databaseOwnerUrl: values.DATABASE_OWNER_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    databaseStatementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS,
    databaseConnectTimeoutMs: values.DATABASE_CONNECT_TIMEOUT_MS,
    databaseReplicaUrl: values.DATABASE_REPLICA_URL,
    slowStatementMs: values.SLOW_STATEMENT_MS,
    migrateOnStart: values.MIGRATE_ON_START,
    backupBeforeMigrate: values.BACKUP_BEFORE_MIGRATE,
    redisUrl,
    redisCacheUrl: values.REDIS_CACHE_URL ?? redisUrl,
    redisKeyPrefix: values.REDIS_KEY_PREFIX,
    redisTimeoutMs: values.REDIS_TIMEOUT_MS,
    host: values.HOST,
    port: values.PORT,
    secondPort: values.SECOND_PORT,
    bodyLimitBytes: values.BODY_LIMIT_BYTES,
    batchBodyLimitBytes: values.BATCH_BODY_LIMIT_BYTES,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
    creditsApiKey: values.CREDITS_API_KEY,
    shadowApiKey: values.SHADOW_API_KEY,
    adminApiKey: values.ASSAY_ADMIN_KEY,
    encryptionKeys: values.ENCRYPTION_KEYS,
    fingerprintKey: values.FINGERPRINT_KEY,
    auditHmacKey: values.AUDIT_HMAC_KEY,
    auditSigningKey: values.AUDIT_SIGNING_KEY,
    auditOrigin: values.AUDIT_ORIGIN,
    auditCheckpointPath: values.AUDIT_CHECKPOINT_PATH,
    auditWitnessUrl: values.AUDIT_WITNESS_URL,
    auditWitnessKey: values.AUDIT_WITNESS_KEY,
    rateLimitRequestsPerSecond: values.RATE_LIMIT_REQUESTS_PER_SECOND,
    rateLimitBurst: values.RATE_LIMIT_BURST,
    ledgerLanes: values.LEDGER_LANES,
    ledgerPendingMax: values.LEDGER_PENDING_MAX,
    auditRefusedSpends: values.AUDIT_REFUSED_SPENDS,
    leaseTtlMs: values.LEASE_TTL_MS,
    leaseLostAfterSeconds: values.LEASE_LOST_AFTER_SECONDS,
    leaseBurnAfterHours: values.LEASE_BURN_AFTER_HOURS,
    idempotencyRetentionHours: values.IDEMPOTENCY_RETENTION_HOURS,
    reconcileMinutes: values.RECONCILE_MINUTES,
    webhookAllowedAddresses: values.WEBHOOK_ALLOWED_ADDRESSES,
    metricsTenants: values.METRICS_TENANTS,
    preloadTenants: values.PRELOAD_TENANTS,
    workerThreads: values.WORKER_THREADS,
    workerMetricsPort: values.WORKER_METRICS_PORT,
    logLevel: values.LOG_LEVEL,
  };
}

/** What was found, unless it is a secret; cut, because a pasted file would bury the other faults. */
function shown(name: PropertyKey | undefined, given: Record<string, string | undefined>): string {
  const schema = environmentSchema.shape[name as keyof typeof environmentSchema.shape];
  const value = given[String(name)];
  if (value === undefined || isSecret(schema)) return '';
  return `, found "${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
}
