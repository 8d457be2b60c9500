import type { ClientBase } from 'pg';
import { CopyOut } from './copy-out.ts';

/**
 * Runs a COPY … TO STDOUT and yields what `read` makes of its bytes. The server waits while the caller has not asked for
 * what there is.
 *
 * @param read called with each piece as it arrives, in memory that is used again afterwards; null: nothing to yield yet.
 */
export async function* copyOutParts<T extends object>(
  client: ClientBase,
  text: string,
  read: (bytes: Buffer) => T | null,
): AsyncGenerator<T, void, undefined> {
  const ready: T[] = [];
  let failure: { error: unknown } | undefined;
  let ended = false;
  let wake = () => {};
  const copy = client.query(
    new CopyOut(text, (bytes) => {
      const part = failure ? null : attempt(bytes);
      if (part === null) return;
      ready.push(part);
      copy.pause();
      wake();
    }),
  );
  const attempt = (bytes: Buffer) => {
    try {
      return read(bytes);
    } catch (error) {
      // Thrown into the socket's callback it would be nobody's.
      failure = { error };
      wake();
      return null;
    }
  };
  const end = () => {
    ended = true;
    wake();
  };
  copy.ended.then(end, (error: unknown) => {
    failure ??= { error };
    end();
  });
  for (;;) {
    const part = ready.shift();
    if (part !== undefined) {
      yield part;
      continue;
    }
    if (failure) throw failure.error;
    if (ended) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      copy.resume();
    });
  }
}
