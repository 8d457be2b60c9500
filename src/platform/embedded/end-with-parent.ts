import { spawn } from 'node:child_process';

export interface EndWithParentOptions {
  signal: 'INT' | 'TERM';
  /** Lets the clients, who are ending for the same reason, finish first; none where there are no others. */
  afterSeconds?: number;
  /** Removed once the server has gone. */
  directory?: string | undefined;
}

/**
 * Ends a server when this process is gone, however it went: a shell holds the reading end of a pipe from us, sees it
 * close even after SIGKILL, and sends the signal. Call the answer once the server has been stopped in good order.
 */
export function endWithParent(pid: number, options: EndWithParentOptions): () => void {
  if (process.platform === 'win32') return () => {};
  const script = [
    'while read -r _; do :; done', // until end of file
    'sleep "$3"',
    'kill -s "$1" "$2" 2>/dev/null',
    '[ -n "$4" ] || exit 0',
    'n=0; while kill -0 "$2" 2>/dev/null && [ $n -lt 50 ]; do n=$((n + 1)); sleep 0.1; done',
    'rm -rf "$4"',
  ].join('\n');
  const { signal, afterSeconds = 0, directory = '' } = options;
  const guard = spawn(
    'sh',
    ['-c', script, 'end-with-parent', signal, String(pid), String(afterSeconds), directory],
    {
      cwd: '/',
      detached: true, // Ctrl-C reaches the whole foreground group; the guard must outlive us
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  guard.on('error', () => {}); // no shell, no guard: the next start finds the orphan
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => {
    guard.removeAllListeners();
    guard.kill('SIGKILL');
  };
}
