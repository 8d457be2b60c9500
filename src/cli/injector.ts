import { loadInjectorConfig } from '../platform/config/injector.ts';
import { startInjector } from '../sidecar/injector/start-injector.ts';
import { runLightProcess } from './support/run-light-process.ts';

export const summary = 'Serve the Kubernetes webhook that puts sidecars beside pods, until stopped';

export function run(argv: string[]): Promise<number> {
  return runLightProcess('injector', argv, loadInjectorConfig, startInjector);
}
