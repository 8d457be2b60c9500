import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';

test("whoever does not read node:http's answers is cut, and nobody who reads them slowly", async () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-listen-'));
  const path = join(directory, 'socket');
  const answer = Buffer.alloc(8 * 1_048_576);
  const ends: boolean[] = [];
  const silentMaxMs = 300;
  const server = await listen(
    (_, response) => {
      response.on('close', () => ends.push(response.writableFinished));
      response.end(answer);
    },
    { path },
    null,
    silentMaxMs,
  );
  const ask = async () => {
    const socket = connect(path);
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: pod\r\n\r\n');
    return socket;
  };
  const silent = await ask();
  silent.pause();
  await expect.poll(() => ends, { timeout: 5_000 }).toEqual([false]);
  let read = 0;
  let pauses = 0;
  for await (const chunk of await ask()) {
    read += (chunk as Buffer).length;
    if (pauses++ < 10) await sleep(silentMaxMs / 3);
    if (read > answer.length) break; // its head as well
  }
  await expect.poll(() => ends).toEqual([false, true]);
  await server.stop(AbortSignal.timeout(1_000));
  rmSync(directory, { recursive: true });
});
