import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from './context.ts';
import { showCheckpoint } from './routes/audit/checkpoint.ts';
import { eraseSubject } from './routes/audit/erase.ts';
import { exportAuditLog } from './routes/audit/export.ts';
import { flushAudit } from './routes/audit/flush.ts';
import { showAuditKeys } from './routes/audit/keys.ts';
import { listAuditEntries } from './routes/audit/list-entries.ts';
import { proveAuditConsistency } from './routes/audit/prove-consistency.ts';
import { proveAuditInclusion } from './routes/audit/prove-inclusion.ts';
import { unmaskPayment } from './routes/audit/unmask.ts';
import { verifyAuditLog } from './routes/audit/verify.ts';
import { resetBreakers } from './routes/circuit-breaker/reset.ts';
import { showBreakerStats } from './routes/circuit-breaker/stats.ts';
import { readCreditsBalance } from './routes/credits/balance.ts';
import { applyBatch } from './routes/credits/batch.ts';
import { cancelReservation } from './routes/credits/cancel.ts';
import { commitReservation } from './routes/credits/commit.ts';
import { consumeCredits } from './routes/credits/consume.ts';
import { readCreditsHistory } from './routes/credits/history.ts';
import { refundSpend } from './routes/credits/refund.ts';
import { readCreditsReport } from './routes/credits/report.ts';
import { reserveCredits } from './routes/credits/reserve.ts';
import { setCreditsThreshold } from './routes/credits/threshold.ts';
import { topUpCredits } from './routes/credits/topup.ts';
import { showActiveRule } from './routes/deployments/active.ts';
import { deploy } from './routes/deployments/deploy.ts';
import { listShadowDeployments } from './routes/deployments/list.ts';
import { observeCanary } from './routes/deployments/observe.ts';
import { readDeployment } from './routes/deployments/read.ts';
import { rollBack } from './routes/deployments/rollback.ts';
import { showOpenApi } from './routes/docs/openapi.ts';
import { showReference } from './routes/docs/reference.ts';
import { liveHealth } from './routes/health/live.ts';
import { scrapeMetrics } from './routes/health/metrics.ts';
import { readyHealth } from './routes/health/ready.ts';
import { acquireLease } from './routes/leases/acquire.ts';
import { listSidecarLeases } from './routes/leases/list.ts';
import { registerSidecar } from './routes/leases/register.ts';
import { settleLeases } from './routes/leases/settle.ts';
import { readRule } from './routes/rules/read-rule.ts';
import { storeRule } from './routes/rules/store-rule.ts';
import { deleteSampleDataset } from './routes/samples/delete-dataset.ts';
import { listSampleDatasets } from './routes/samples/list-datasets.ts';
import { uploadSamples } from './routes/samples/upload-samples.ts';
import { cancelShadowEvaluation } from './routes/shadow/cancel.ts';
import { evaluateShadow } from './routes/shadow/evaluate.ts';
import { followShadowResult } from './routes/shadow/events.ts';
import { readShadowResult } from './routes/shadow/results.ts';
import { compareRates } from './routes/stats/compare.ts';
import { weighPairs } from './routes/stats/paired.ts';
import { simulateRates } from './routes/stats/simulate.ts';
import { assignAbTest } from './routes/tests/assign.ts';
import { createAbTest } from './routes/tests/create-test.ts';
import { evaluateAbTest } from './routes/tests/evaluate-test.ts';
import { observeAbTest } from './routes/tests/observe.ts';
import { readAbTest } from './routes/tests/read-test.ts';

type Register = (app: OpenAPIHono<AppEnv>, deps: ApiDeps) => void;

/** Every route of the API, in the order of the reference; a new one is a file under routes/ and a line here. */
const routes: readonly Register[] = [
  uploadSamples,
  listSampleDatasets,
  deleteSampleDataset,
  storeRule,
  readRule,
  evaluateShadow,
  readShadowResult,
  followShadowResult,
  cancelShadowEvaluation,
  createAbTest,
  readAbTest,
  assignAbTest,
  observeAbTest,
  evaluateAbTest,
  deploy,
  listShadowDeployments,
  readDeployment,
  rollBack,
  showActiveRule,
  observeCanary,
  compareRates,
  weighPairs,
  simulateRates,
  topUpCredits,
  consumeCredits,
  reserveCredits,
  commitReservation,
  cancelReservation,
  refundSpend,
  applyBatch,
  readCreditsBalance,
  readCreditsHistory,
  readCreditsReport,
  setCreditsThreshold,
  registerSidecar,
  acquireLease,
  settleLeases,
  listSidecarLeases,
  listAuditEntries,
  showCheckpoint,
  showAuditKeys,
  proveAuditInclusion,
  proveAuditConsistency,
  exportAuditLog,
  flushAudit,
  eraseSubject,
  unmaskPayment,
  verifyAuditLog,
  showBreakerStats,
  resetBreakers,
  liveHealth,
  readyHealth,
  scrapeMetrics,
  showOpenApi,
  showReference,
];

export function registerRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  for (const register of routes) register(app, deps);
}
