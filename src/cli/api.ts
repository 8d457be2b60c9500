import { runProcess } from './support/run-process.ts';
import { startApi } from './support/start-api.ts';

export const summary =
  'Serve the HTTP API until stopped (needs DATABASE_URL; REDIS_URL where there is Redis)';

export function run(argv: string[]): Promise<number> {
  return runProcess('api', argv, (config, deps) => startApi(config, { ...deps, clock: Date.now }));
}
