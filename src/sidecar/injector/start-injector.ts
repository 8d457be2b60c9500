import { createServer } from 'node:https';
import type { InjectorConfig } from '../../platform/config/injector.ts';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import { stopServer } from '../../platform/lifecycle/stop-server.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { closeIdleMs } from '../server/listen.ts';
import { readCertificate, watchCertificate } from './certificate.ts';
import { InjectorMetrics } from './injector-metrics.ts';
import { injectorListener } from './request-listener.ts';

export interface StartInjectorDeps {
  log: Logger;
  lifecycle: Lifecycle;
  /** How often the certificate is looked at; 10 s unless said. */
  lookMs?: number;
}

/** The API server waits at most 30 s for a webhook. */
const requestTimeoutMs = 30_000;

/** The webhook, listening. Rejects when the certificate cannot be used or the port cannot be had. */
export async function startInjector(
  config: InjectorConfig,
  { log, lifecycle, lookMs }: StartInjectorDeps,
): Promise<{ port: number }> {
  const metrics = new InjectorMetrics();
  const read = () => readCertificate(config.tlsCert, config.tlsKey);
  const first = read();
  const server = createServer(
    { ...first, requestTimeout: requestTimeoutMs },
    injectorListener(config, metrics, log),
  );
  const on = {
    changed: (certificate: typeof first) => {
      server.setSecureContext(certificate); // for connections from now on
      metrics.reloaded('loaded');
      log.info('the certificate is changed');
    },
    failed: (error: Error) => {
      metrics.reloaded('failed');
      log.error({ err: error }, 'the new certificate cannot be used; the old one is');
    },
  };
  const watch = watchCertificate(read, first, on, lookMs);
  lifecycle.onStop({ name: 'certificate', phase: 'stop-accepting', run: () => watch.close() });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, () => {
      server.off('error', reject);
      resolve();
    });
  });
  lifecycle.onStop({
    name: 'http',
    phase: 'finish-in-flight',
    run: (deadline) => stopServer(server, deadline, closeIdleMs),
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  log.info({ port, image: config.image }, 'listening');
  return { port };
}
