import type { Pool } from 'pg';
import { logSigner } from '../audit/checkpoints/log-signer.ts';
import { parseVerifierKey, type SignerKey } from '../audit/checkpoints/note-key.ts';
import { publishCheckpoint } from '../audit/checkpoints/publish-checkpoint.ts';
import { submitToWitness, WitnessError } from '../audit/checkpoints/submit-to-witness.ts';
import { noteVerifierKey } from '../audit/checkpoints/verifier-keys.ts';
import { createLeafWriter } from '../audit/leaf/leaf-writer.ts';
import { readBacklog } from '../audit/sequencer/read-backlog.ts';
import { type Sequencer, startSequencer } from '../audit/sequencer/run-sequencer.ts';
import { createSequencing } from '../audit/sequencer/sequence-batch.ts';
import { TenantHeadCache } from '../audit/sequencer/tenant-heads.ts';
import type { Config } from '../platform/config/load.ts';
import { createPool } from '../platform/database/pool.ts';
import type { Lifecycle } from '../platform/lifecycle/lifecycle.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import type { QueueBackend } from './backend.ts';
import { startAuditFlushWorker } from './processors/audit-flush.ts';
import { startRepeating } from './repeating.ts';

export interface StartAuditDeps {
  log: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
  backend: QueueBackend;
}

/** One reads what waits, one writes the log, one publishes, one reads proofs for the witness. */
const connections = 4;
/** While all is well a checkpoint is cosigned this soon after it was published. */
const witnessEveryMs = 500;
/** A witness that is down or refuses is asked again this often. */
const witnessRetryMs = 5_000;

/**
 * The audit log's part of a worker: the sequencer, its job and poll, and the witness's client. A worker without
 * AUDIT_HMAC_KEY leaves the log to others.
 */
export function startAudit(config: Config, deps: StartAuditDeps): Sequencer | null {
  const { log, lifecycle } = deps;
  const signer = logSigner(config);
  if (signer === null || config.auditHmacKey === undefined) {
    log.warn('AUDIT_HMAC_KEY is not set: this worker does not sequence the audit log');
    return null;
  }
  const onError = (error: Error) => log.warn({ err: error }, 'a connection of the sequencer broke');
  const pool = createPool(config, 'sequencer', {
    applicationName: 'assay-sequencer',
    size: connections,
    onError,
  });
  const sequencer = runSequencer(config, pool, signer, deps);
  const worker = startAuditFlushWorker(deps.backend, sequencer, (error) =>
    log.warn({ err: error }, 'the audit queue does not answer'),
  );
  const witness = startWitnessClient(config, pool, deps);
  lifecycle.onStop({ name: 'audit flush', phase: 'finish-in-flight', run: () => worker.close() });
  lifecycle.onStop({ name: 'sequencer', phase: 'flush', run: () => sequencer.stop() });
  lifecycle.onStop({ name: 'witness client', phase: 'flush', run: () => witness?.stop() });
  lifecycle.onStop({ name: 'sequencer database', phase: 'close', run: () => pool.end() });
  return sequencer;
}

function runSequencer(
  config: Config,
  pool: Pool,
  signer: SignerKey,
  { log, metrics }: StartAuditDeps,
): Sequencer {
  const sequencing = createSequencing({
    pool,
    writer: createLeafWriter(Buffer.from(config.auditHmacKey!)),
    tenantHeads: new TenantHeadCache(),
    clock: Date.now,
  });
  const publisher = { pool, signer, path: config.auditCheckpointPath, clock: Date.now };
  let keyNoted = false;
  const publish = async () => {
    if (!keyNoted) await noteVerifierKey(pool, { verifier_key: signer.verifier.text, role: 'log' });
    keyNoted = true;
    return publishCheckpoint(publisher);
  };
  return startSequencer(
    { sequence: sequencing.next, rest: sequencing.rest, publish, backlog: () => readBacklog(pool) },
    {
      onSequenced: (entries) => metrics.counter('audit_log_entries_total').inc(entries),
      onBacklog: ({ waiting, size }) => {
        metrics.gauge('audit_outbox_entries').set(waiting);
        metrics.gauge('audit_log_size').set(size);
      },
      onPublished: ({ size }) => metrics.gauge('audit_checkpoint_size').set(size),
      onInconsistent: (error) => {
        metrics.counter('credits_audit_chain_integrity_errors').inc();
        log.fatal(
          { err: error, published: error.published.size, size: error.size },
          'the audit log was changed',
        );
      },
      onError: (error) => {
        metrics.counter('audit_flush_failures_total').inc();
        log.warn({ err: error }, 'the sequencer failed; what it had begun is rolled back and tried again');
      },
    },
    () => performance.now(),
  );
}

function startWitnessClient(config: Config, pool: Pool, { log, metrics }: StartAuditDeps) {
  const { auditWitnessUrl: url, auditWitnessKey } = config;
  if (url === undefined || auditWitnessKey === undefined) return undefined;
  const key = parseVerifierKey(auditWitnessKey);
  let keyNoted = false;
  const submit = async () => {
    if (!keyNoted) await noteVerifierKey(pool, { verifier_key: key.text, role: 'witness' });
    keyNoted = true;
    const size = await submitToWitness({ pool, url, key, fetch });
    if (size !== null) metrics.gauge('audit_witnessed_size').set(size);
    return witnessEveryMs;
  };
  return startRepeating(submit, {
    firstMs: witnessEveryMs,
    retryMs: witnessRetryMs,
    onError: (error) => {
      const reason = error instanceof WitnessError ? error.reason : 'unreachable';
      metrics.counter('audit_witness_failures_total').inc({ reason });
      if (reason === 'unreachable') log.warn({ err: error }, 'the checkpoint was not cosigned');
      else {
        metrics.counter('credits_audit_chain_integrity_errors').inc();
        log.fatal({ err: error }, 'the witness saw another history of this log');
      }
    },
  });
}
