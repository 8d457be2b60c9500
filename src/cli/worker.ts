import { startWorker } from '../queue/start-worker.ts';
import { runProcess } from './support/run-process.ts';

export const summary =
  'Work on evaluations until stopped (needs DATABASE_URL; REDIS_URL where there is Redis)';

export function run(argv: string[]): Promise<number> {
  return runProcess('worker', argv, (config, deps) => {
    startWorker(config, deps);
    deps.log.info({ threads: config.workerThreads }, 'working');
  });
}
