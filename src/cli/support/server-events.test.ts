import { expect, test } from 'vitest';
import { type ServerEvent, serverEvents } from './server-events.ts';

async function read(chunks: string[]): Promise<ServerEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(body)) events.push(event);
  return events;
}

test('events are read whole, however the bytes are cut, and comments are skipped', async () => {
  const text = ': still here\n\nid: 1-0\nevent: progress\ndata: {"é":1}\n\ndata: a\ndata: b\n\n';
  const expected = [
    { id: '1-0', event: 'progress', data: '{"é":1}' },
    { id: undefined, event: 'message', data: 'a\nb' },
  ];
  expect(await read([text])).toEqual(expected);
  expect(await read([...text])).toEqual(expected);
});

test('an event that was cut off is not one', async () => {
  expect(await read(['data: {"half":'])).toEqual([]);
});
