import { loadSidecarConfig } from '../platform/config/sidecar.ts';
import { startSidecar } from '../sidecar/server/start-sidecar.ts';
import { runLightProcess } from './support/run-light-process.ts';

export const summary = 'Decide spends from leased credits until stopped (needs ASSAY_API_URL, ASSAY_API_KEY)';

export function run(argv: string[]): Promise<number> {
  return runLightProcess('sidecar', argv, loadSidecarConfig, (config, deps) =>
    startSidecar(config, { ...deps, clock: Date.now }),
  );
}
