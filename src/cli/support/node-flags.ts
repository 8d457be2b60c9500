/**
 * Flags that a command's Node is started with, wherever we start it.
 *
 * A worker's garbage is nearly all in buffers outside the heap, network reads above all, which are let go when the young
 * generation is collected. With a semi-space of 1 MiB instead of 16 that happens before they add up to a full
 * collection: evaluating a million samples instead of a hundred thousand costs at most 40 MB of peak memory instead of 90.
 *
 * Collections keep to the thread whose garbage it is. V8's four helpers had 80 to 280 ms of processor time of an
 * evaluation that takes 500 to 1,100 ms of it, on the cores that the pool's threads are to have; without them 10 to 60.
 *
 * An API process has many requests under way, and what each holds lives until its transaction is committed: with a young
 * generation of 16 MiB it is copied once or twice before. 32 MiB take an eighth off what a spend costs, for 25 MB more of
 * resident memory; 64 MiB take a quarter off what an operation of a large batch costs. Memory is used as traffic needs it.
 *
 * A sidecar answers a request before it reads the next of its connection, so little survives a collection, yet V8 doubles
 * its young generation whenever something does, such as a thousand leases renewed at once: at 2,000 requests a second it
 * grew from 86 to 108 MB within minutes, with at most 4 MiB instead of 16 to 95. V8's compiler in threads of its own takes
 * another 8 to 15 MB; without them latencies at 2,000 requests a second could not be told apart. `--single-threaded`, which
 * does that too, makes it start 40 ms later.
 */
export function nodeFlags(command: string): string[] {
  switch (command) {
    case 'worker':
      return ['--max-semi-space-size=1', '--single-threaded-gc'];
    case 'api':
      return ['--max-semi-space-size=64'];
    case 'sidecar':
      return ['--max-semi-space-size=4', '--no-concurrent-recompilation'];
    default:
      return [];
  }
}
