import { setTimeout as sleep } from 'node:timers/promises';
import type { SidecarConfig } from '../../platform/config/sidecar.ts';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { EngineObserver, LeaseEngine } from '../core/engine-api.ts';
import { startEngine } from '../start-engine.ts';
import { type Listening, listen } from './listen.ts';
import { plainHandler, sidecarListener, statusListener } from './request-listener.ts';
import type { SidecarContext } from './sidecar-context.ts';
import { SidecarMetrics } from './sidecar-metrics.ts';

export interface StartSidecarDeps {
  log: Logger;
  lifecycle: Lifecycle;
  clock: () => number;
}

/** What is said to a ledger that is gone must not take up all the time there is to stop in. */
const cutMs = 1_000;

/** Everything a sidecar process is, and in what order it ends: give back, answer what is in flight, close. */
export async function startSidecar(
  config: SidecarConfig,
  { log, lifecycle, clock }: StartSidecarDeps,
): Promise<{ port: number }> {
  const metrics = new SidecarMetrics();
  const { engine, stop } = startEngine({
    apiUrl: config.apiUrl,
    apiKey: config.apiKey,
    instance: config.instance,
    journalDirectory: config.journalDirectory,
    ledgerTimeoutMs: config.ledgerTimeoutMs,
    observer: logging(metrics.observer(), log),
  });
  lifecycle.onStop({
    name: 'leases',
    phase: 'stop-accepting',
    run: async (deadline) => {
      const inTime = AbortSignal.any([
        deadline,
        AbortSignal.timeout(Math.max(cutMs, config.shutdownGraceMs - cutMs)),
      ]);
      const isDrained = await stop(inTime);
      const { leases, leaseRemaining } = engine.status();
      if (isDrained) log.info('everything is returned');
      else log.warn({ leases, credits: leaseRemaining }, 'the ledger did not take back what is held here');
    },
  });
  await registered(engine, lifecycle.stopping);
  const context: SidecarContext = { engine, metrics, tenants: config.tenants, waitMs: config.waitMs, clock };
  const listening = await listenAll(config, context, lifecycle);
  const { port, socket, statusPort } = listening;
  log.info({ port, socket, status_port: statusPort, instance: config.instance }, 'listening');
  return { port };
}

/** So long the first answer of the ledger is waited for: whoever finds the socket open then finds credits too. */
const registeredWithinMs = 2_000;

/** Resolves when it may grant, or when the ledger takes too long: then it listens all the same, and answers 503. */
async function registered(engine: LeaseEngine, stopping: AbortSignal): Promise<void> {
  const untilMs = performance.now() + registeredWithinMs;
  while (engine.status().phase === 'starting' && performance.now() < untilMs && !stopping.aborted)
    await sleep(5);
}

async function listenAll(config: SidecarConfig, context: SidecarContext, lifecycle: Lifecycle) {
  const listener = sidecarListener(context);
  const plain = plainHandler(context);
  const servers: Listening[] = [];
  lifecycle.onStop({
    name: 'http',
    phase: 'finish-in-flight',
    run: async (deadline) => {
      await Promise.all(servers.map((server) => server.stop(deadline)));
    },
  });
  const start = async (...args: Parameters<typeof listen>) => {
    const server = await listen(...args);
    servers.push(server);
    return server.port;
  };
  if (config.socket !== null) await start(listener, { path: config.socket }, plain);
  const here = { host: '127.0.0.1', port: config.port };
  const port = config.port === 0 ? 0 : await start(listener, here, plain);
  const { statusPort: wanted } = config;
  const statusPort = wanted === 0 ? 0 : await start(statusListener(context), { port: wanted });
  return { port, socket: config.socket, statusPort };
}

/** Counts and says what an operator has to hear of. */
function logging(counting: EngineObserver, log: Logger): EngineObserver {
  return {
    ...counting,
    fenced: () => {
      counting.fenced?.();
      log.error('another sidecar registered as this instance; give each its own ASSAY_INSTANCE');
    },
    journalFailed: (error) => {
      counting.journalFailed?.(error);
      log.error({ err: error }, 'the journal cannot be written; nothing is granted any more');
    },
    lost: (credits) => {
      counting.lost?.(credits);
      if (credits > 0)
        log.warn(
          { credits },
          'leases of a former process are unresolved; see assay leases list --state unresolved',
        );
    },
    stranded: (credits) => {
      counting.stranded?.(credits);
      if (credits > 0) log.warn({ credits }, 'a killed process may have spent these; they count as spent');
    },
  };
}
