import { serveHttp } from '../api/server.ts';
import { parseSignerKey, parseVerifierKey, type VerifierKey } from '../audit/checkpoints/note-key.ts';
import { handleWitnessRequest } from '../audit/witness/witness-http.ts';
import { openWitnessStore } from '../audit/witness/witness-store.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { loadWitnessConfig, type WitnessConfig } from '../platform/config/witness.ts';
import { createLifecycle } from '../platform/lifecycle/lifecycle.ts';
import { stopOnSignals } from '../platform/lifecycle/stop-on-signals.ts';
import { createLogger } from '../platform/log/logger.ts';
import { reportFailure } from './support/report-failure.ts';

export const summary =
  'Cosign checkpoints of an audit log until stopped (needs WITNESS_KEY, WITNESS_LOG_KEYS)';

/** A request is a few kilobytes; who takes longer to send one is not a log. */
const requestTimeoutMs = 10_000;

/** Exit codes: 0 stopped in order, 1 could not start or stop in order, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write('assay witness takes no arguments; it is set up by its environment\n');
    return 2;
  }
  try {
    return await serve(loadWitnessConfig(processEnvironment()));
  } catch (error) {
    return reportFailure('assay witness', error);
  }
}

async function serve(config: WitnessConfig): Promise<number> {
  const log = createLogger(config, 'witness');
  const lifecycle = createLifecycle({ log, graceMs: config.shutdownGraceMs });
  const signer = parseSignerKey(config.key);
  if (signer.verifier.type !== 4) throw new Error('WITNESS_KEY is not of type 4 (witness)');
  const store = openWitnessStore(config.statePath);
  lifecycle.onStop({ name: 'store', phase: 'close', run: () => store.close() });
  const deps = { signer, logs: byOrigin(config.logKeys.map(parseVerifierKey)), store, clock: Date.now };
  const server = await serveHttp((request) => handleWitnessRequest(deps, request), {
    host: config.host,
    port: config.port,
    requestTimeoutMs,
  });
  lifecycle.onStop({ name: 'http', phase: 'finish-in-flight', run: (deadline) => server.stop(deadline) });
  stopOnSignals(lifecycle, process);
  log.info({ port: server.port, cosigner: signer.verifier.text, logs: [...deps.logs.keys()] }, 'witnessing');
  return lifecycle.stopped;
}

/** A log that changed its key has two for a while. */
function byOrigin(keys: VerifierKey[]): Map<string, VerifierKey[]> {
  const logs = new Map<string, VerifierKey[]>();
  for (const key of keys) logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  return logs;
}
