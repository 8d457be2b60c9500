import { expect, test } from 'vitest';
import { BatchView } from './batch-view.ts';
import { BatchWriter } from './batch-writer.ts';
import { maxSamplesPerBatch } from './layout.ts';
import { sample } from './test-support/samples.ts';

const blank = sample();

test('what is packed is what is read, absent and empty values told apart', () => {
  const writer = new BatchWriter();
  writer.append({ ...blank, id: 'a', at: 1.5e12, payload: 'é🦊\u0000', isAttack: true, attackType: 'sqli' });
  writer.append({
    ...blank,
    payload: '',
    headers: [
      ['host', 'x'],
      ['cookie', ''],
      ['cookie', 'ü'],
    ],
  });
  const view = new BatchView(writer.finish());

  expect(view.count).toBe(2);
  expect([...view.at]).toEqual([1.5e12, 0]);
  expect([view.isAttack(0), view.isAttack(1)]).toEqual([true, false]);
  expect([view.attackType(0), view.attackType(1)]).toEqual(['sqli', null]);
  expect([view.text('id', 0), view.text('id', 1)]).toEqual(['a', null]);
  expect([view.text('payload', 0), view.text('payload', 1)]).toEqual(['é🦊\u0000', '']);
  expect(view.text('uri', 0)).toBeNull();
  const headers: string[] = [];
  view.forEachHeader(1, (nameStart, nameEnd, valueStart, valueEnd) => {
    const { bytes } = view.headers;
    headers.push(
      `${bytes.toString('utf8', nameStart, nameEnd)}=${bytes.toString('utf8', valueStart, valueEnd)}`,
    );
  });
  expect(headers).toEqual(['host=x', 'cookie=', 'cookie=ü']);
});

test('a writer is full at the sample limit or at the byte limit, and empty after finish', () => {
  const writer = new BatchWriter();
  for (let i = 0; i < maxSamplesPerBatch; i++) {
    expect(writer.full).toBe(false);
    writer.append(blank);
  }
  expect(writer.full).toBe(true);
  expect(new BatchView(writer.finish()).count).toBe(maxSamplesPerBatch);

  writer.append({ ...blank, payload: 'x'.repeat(4 * 1024 * 1024) });
  expect(writer.full).toBe(true);
  expect(new BatchView(writer.finish()).text('payload', 0)).toHaveLength(4 * 1024 * 1024);
  expect(writer.count).toBe(0);
});
