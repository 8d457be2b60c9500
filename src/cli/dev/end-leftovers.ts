import { commandLineOf, hasExited } from '../../platform/embedded/process-info.ts';
import type { DevFile } from './dev-file.ts';

/** What a killed start left has noticed by itself (end-with-supervisor.ts); this is for what is stuck. */
const NOTICE_MS = 3_000;

/** Waits for the children of a start that was killed, so that their port is free again, and ends those that hang. */
export async function endLeftovers(last: DevFile | undefined, entryPoint: string): Promise<void> {
  const left = Object.values(last?.pids ?? {}).filter((pid) => commandLineOf(pid).includes(entryPoint));
  await Promise.all(
    left
      .filter((pid) => pid !== process.pid)
      .map(async (pid) => {
        if (!(await hasExited(pid, NOTICE_MS))) process.kill(pid, 'SIGKILL');
      }),
  );
}
