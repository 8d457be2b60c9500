import { availableParallelism } from 'node:os';
import { z } from 'zod';
import {
  choice,
  cidrs,
  flag,
  integer,
  key,
  list,
  namedKeys,
  optionalInteger,
  secret,
  text,
  textOr,
  urlOf,
} from './variable.ts';

const postgres = ['postgres:', 'postgresql:'] as const;
const redis = ['redis:', 'rediss:'] as const;
const webProtocols = ['http:', 'https:'] as const;
const minuteMs = 60_000;

const database = {
  DATABASE_URL: urlOf(postgres, {
    section: 'Database',
    secret: true,
    description:
      'The PostgreSQL database (15 or newer). Connections work as role `assay_app`, whatever the login.',
  }),
  DATABASE_OWNER_URL: urlOf(postgres, {
    section: 'Database',
    secret: true,
    default: 'DATABASE_URL',
    description:
      'The login that migrates; it needs CREATEROLE, or the roles `assay_app`, `assay_judge`, `assay_sequencer` and `assay_keeper` with ADMIN OPTION.',
  }),
  CREDITS_DATABASE_URL: urlOf(postgres, {
    section: 'Database',
    secret: true,
    description: 'Another name of `DATABASE_URL`. There is one database, so it must agree with the others.',
  }),
  SHADOW_DATABASE_URL: urlOf(postgres, {
    section: 'Database',
    secret: true,
    description: 'Another name of `DATABASE_URL`. There is one database, so it must agree with the others.',
  }),
  DATABASE_POOL_SIZE: integer(
    { min: 2, max: 200, default: 10 },
    {
      section: 'Database',
      description: 'Connections a process opens at most. More than a few a core wait for disks.',
    },
  ),
  DATABASE_STATEMENT_TIMEOUT_MS: integer(
    { min: 100, max: 60 * minuteMs, default: 30_000 },
    { section: 'Database', description: 'A statement of the application is cancelled after this long.' },
  ),
  DATABASE_CONNECT_TIMEOUT_MS: integer(
    { min: 100, max: minuteMs, default: 5_000 },
    { section: 'Database', description: 'How long a caller waits for a connection of the pool.' },
  ),
  SLOW_STATEMENT_MS: integer(
    { min: 1, max: 60 * minuteMs, default: 500 },
    { section: 'Database', description: 'Statements that take longer are counted as slow.' },
  ),
  DATABASE_REPLICA_URL: urlOf(postgres, {
    section: 'Database',
    secret: true,
    default: 'DATABASE_URL',
    description: 'A replica on which the reconciliation reads, so that the primary need not.',
  }),
  MIGRATE_ON_START: flag(false, {
    section: 'Database',
    description: 'Whether `assay api` migrates the database before it serves. Several may start at once.',
  }),
  BACKUP_BEFORE_MIGRATE: flag(false, {
    section: 'Database',
    description:
      'Accepted; backups before migrations come with a later version and nothing is backed up yet.',
  }),
};

const redisVariables = {
  REDIS_URL: urlOf(redis, {
    section: 'Redis',
    secret: true,
    description:
      'Redis or Valkey for queues and shared rate limits. Without it both work on PostgreSQL or per process.',
  }),
  REDIS_ADDR: text({
    section: 'Redis',
    accepts: 'host:port',
    description: 'Another way to name Redis, with `REDIS_PASSWORD`; not together with `REDIS_URL`.',
  }),
  REDIS_PASSWORD: text({ section: 'Redis', secret: true, description: 'Password for `REDIS_ADDR`.' }),
  REDIS_CACHE_URL: urlOf(redis, {
    section: 'Redis',
    secret: true,
    default: 'REDIS_URL',
    description:
      'Another Redis for caches and rate limits, so that the one of the queues can run `noeviction`.',
  }),
  REDIS_KEY_PREFIX: textOr('assay', {
    section: 'Redis',
    accepts: 'text',
    description: 'What the keys of queues start with; environments that share a Redis need different ones.',
  }),
  REDIS_TIMEOUT_MS: integer(
    { min: 5, max: 10_000, default: 100 },
    { section: 'Redis', description: 'A rate limit decision falls back to the process after this long.' },
  ),
};

const http = {
  HOST: textOr('0.0.0.0', { section: 'HTTP', accepts: 'address', description: 'Address to listen on.' }),
  PORT: integer(
    { min: 0, max: 65_535, default: 5004 },
    {
      section: 'HTTP',
      description: 'Port of all routes; 0 takes a free one, which is logged.',
    },
  ),
  SECOND_PORT: optionalInteger(
    { min: 0, max: 65_535 },
    { section: 'HTTP', description: 'The same routes on another port too, 5005 by custom.' },
  ),
  BODY_LIMIT_BYTES: integer(
    { min: 1_024, max: 16 * 1_048_576, default: 1_048_576 },
    { section: 'HTTP', description: 'Longest request body, but for uploads of samples, which are streamed.' },
  ),
  BATCH_BODY_LIMIT_BYTES: integer(
    { min: 1_024, max: 64 * 1_048_576, default: 4 * 1_048_576 },
    { section: 'HTTP', description: 'The same for batches of operations or observations.' },
  ),
  REQUEST_TIMEOUT_MS: integer(
    { min: 1_000, max: 60 * minuteMs, default: 10 * minuteMs },
    { section: 'HTTP', description: 'How long a client may take to send a request, uploads included.' },
  ),
  SHUTDOWN_GRACE_MS: integer(
    { min: 0, max: 10 * minuteMs, default: 10_000 },
    {
      section: 'HTTP',
      description: 'How long a stopping process waits for what is in flight. A second signal ends it.',
    },
  ),
};

const keys = {
  CREDITS_API_KEY: secret({
    section: 'Keys',
    description: 'A key with the scopes `credits:read`, `credits:write` and `leases`, for any tenant.',
  }),
  SHADOW_API_KEY: secret({
    section: 'Keys',
    description: 'A key with the scopes `shadow:read` and `shadow:write`, for any tenant.',
  }),
  ASSAY_ADMIN_KEY: secret({ section: 'Keys', description: 'A key with every scope, for any tenant.' }),
  ENCRYPTION_KEYS: namedKeys({
    section: 'Keys',
    description:
      'What payment tokens are encrypted under, `id:key`; the first is used, the others still open. Without it a ' +
      'request with a payment token is refused. See how-to/rotate-keys.md.',
  }),
  FINGERPRINT_KEY: key({
    section: 'Keys',
    description:
      'Keeps card numbers and tokens from being found out from the fingerprints of requests. Needed with ' +
      '`ENCRYPTION_KEYS`; must stay the same.',
  }),
};

const audit = {
  AUDIT_HMAC_KEY: secret({
    section: 'Audit',
    description:
      'Signs the entries of the audit log. For workers alone: without it a worker does not sequence.',
  }),
  AUDIT_SIGNING_KEY: secret({
    section: 'Audit',
    accepts: '`PRIVATE+KEY+<name>+<key id>+<base64>`, made by `assay audit keygen`',
    default: 'derived from `AUDIT_HMAC_KEY` and `AUDIT_ORIGIN`',
    description: 'Signs checkpoints (Ed25519, C2SP signed note). Its name is the origin of the log.',
  }),
  AUDIT_ORIGIN: textOr('assay.local/audit', {
    section: 'Audit',
    accepts: 'text without blanks and plus signs',
    description:
      'Names the log where its signing key is derived, and to the witness when it is verified. Two logs need two names.',
  }),
  AUDIT_CHECKPOINT_PATH: text({
    section: 'Audit',
    accepts: 'path of a file',
    description:
      'Where the newest checkpoint is written besides the database. Kept elsewhere, it shows when a database was set back.',
  }),
  AUDIT_WITNESS_URL: urlOf(webProtocols, {
    section: 'Audit',
    description:
      'Submission prefix of a C2SP tlog-witness that cosigns checkpoints, such as `assay witness`.',
  }),
  AUDIT_WITNESS_KEY: text({
    section: 'Audit',
    accepts: '`<name>+<key id>+<base64>`',
    description: "The witness's verifier key: what its cosignatures are checked with.",
  }),
};

const rateLimits = {
  RATE_LIMIT_REQUESTS_PER_SECOND: integer(
    { min: 1, max: 10_000_000, default: 10_000 },
    { section: 'Rate limits', description: 'Requests a second of a key that names no limit of its own.' },
  ),
  RATE_LIMIT_BURST: integer(
    { min: 1, max: 10_000_000, default: 20_000 },
    {
      section: 'Rate limits',
      description: 'Requests such a key may send at once; keys with their own limit get the same proportion.',
    },
  ),
};

const credits = {
  LEDGER_LANES: integer(
    // While one lane's transaction is with PostgreSQL the other's is decided. On two cores, against one lane: 8 % more spends
    // a second over 64 connections, as many over 512, a third more in batches of 1,000. A third lane takes that back.
    { min: 1, max: 16, default: 2 },
    {
      section: 'Credits',
      description:
        'Transactions of the ledger that one API process runs side by side, each on a connection of its own.',
    },
  ),
  LEDGER_PENDING_MAX: integer(
    { min: 1, max: 1_000_000, default: 20_000 },
    {
      section: 'Credits',
      description:
        'Operations that may wait in one API process; beyond, requests are answered 503 `overloaded`.',
    },
  ),
  AUDIT_REFUSED_SPENDS: flag(true, {
    section: 'Credits',
    description: 'Whether operations that the ledger refused are written to the audit log too.',
  }),
  LEASE_TTL_MS: integer(
    { min: 1_000, max: 60 * minuteMs, default: 30_000 },
    {
      section: 'Credits',
      description:
        'How long a sidecar may spend a lease without settling. It settles three times in that span.',
    },
  ),
  LEASE_LOST_AFTER_SECONDS: integer(
    { min: 0, max: 7 * 24 * 3600, default: 600 },
    {
      section: 'Credits',
      description:
        'How long after its expiry a lease that nobody settles is given up: it becomes unresolved.',
    },
  ),
  LEASE_BURN_AFTER_HOURS: integer(
    { min: 0, max: 10 * 366 * 24, default: 24 },
    {
      section: 'Credits',
      description:
        'How long an unresolved lease waits for evidence before what is left of it counts as spent. ' +
        '`assay leases resolve` does it earlier, or otherwise.',
    },
  ),
  IDEMPOTENCY_RETENTION_HOURS: integer(
    { min: 24, max: 24 * 366, default: 48 },
    { section: 'Credits', description: 'How long an answer is kept for its idempotency key, at least.' },
  ),
  RECONCILE_MINUTES: integer(
    { min: 1, max: 7 * 24 * 60, default: 60 },
    { section: 'Credits', description: 'How often a worker recomputes the ledger from its history.' },
  ),
  WEBHOOK_ALLOWED_ADDRESSES: cidrs({
    section: 'Credits',
    description:
      'Private addresses that webhooks may be sent to, also without TLS. For development and tests; in production it ' +
      'lets tenants reach what is there.',
  }),
  METRICS_TENANTS: list({
    section: 'Credits',
    accepts: 'tenants parted by commas, 100 at most',
    description: 'Tenants whose balance is exported as `credits_balance_current`.',
  }),
  PRELOAD_TENANTS: integer(
    { min: 0, max: 10_000, default: 1_000 },
    {
      section: 'Credits',
      description: 'Balances that an API process reads ahead when it starts, those of the busiest tenants.',
    },
  ),
};

const worker = {
  WORKER_THREADS: integer(
    { min: 1, max: 256, default: availableParallelism() },
    { section: 'Worker', default: 'the number of cores', description: 'Threads that match rules.' },
  ),
  WORKER_METRICS_PORT: optionalInteger(
    { min: 0, max: 65_535 },
    {
      section: 'Worker',
      description:
        'Port on which `assay worker` answers `/health`, `/ready` and `/metrics`; 0 takes a free one, which is ' +
        'logged. Unset, it listens nowhere, so that several may share a machine.',
    },
  ),
};

const processVariables = {
  LOG_LEVEL: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info', {
    section: 'Process',
    description: 'The least serious log lines written.',
  }),
};

/** Every environment variable that Assay reads. Empty values count as unset. */
export const environmentSchema = z.object({
  ...database,
  ...redisVariables,
  ...http,
  ...keys,
  ...audit,
  ...rateLimits,
  ...credits,
  ...worker,
  ...processVariables,
});

export type Environment = z.output<typeof environmentSchema>;
