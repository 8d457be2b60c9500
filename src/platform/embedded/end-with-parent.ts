import { spawn } from 'node:child_process';

/**
 * Ends a server when this process is gone, however it went: a shell holds the reading end of a pipe from us, sees it
 * close even after SIGKILL, and sends the signal. Call the answer once the server has been stopped in good order.
 */
export function endWithParent(pid: number, signal: 'INT' | 'TERM', removeDirectory?: string): () => void {
  if (process.platform === 'win32') return () => {};
  const script = [
    'while read -r _; do :; done', // until end of file
    'kill -s "$1" "$2" 2>/dev/null',
    '[ -n "$3" ] || exit 0',
    'n=0; while kill -0 "$2" 2>/dev/null && [ $n -lt 50 ]; do n=$((n + 1)); sleep 0.1; done',
    'rm -rf "$3"',
  ].join('\n');
  const guard = spawn('sh', ['-c', script, 'end-with-parent', signal, String(pid), removeDirectory ?? ''], {
    cwd: '/',
    detached: true, // Ctrl-C reaches the whole foreground group; the guard must outlive us
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {}); // no shell, no guard: the next start finds the orphan
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => {
    guard.removeAllListeners();
    guard.kill('SIGKILL');
  };
}
