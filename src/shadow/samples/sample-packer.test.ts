import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchView } from '../batch/batch-view.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import { NdjsonReader } from './ndjson-reader.ts';
import { type PackedChunk, SamplePacker } from './sample-packer.ts';

function pack(text: string): { packer: SamplePacker; chunks: PackedChunk[] } {
  const packer = new SamplePacker({ isAttack: null, attackType: null, arrivedAt: 77 });
  const reader = new NdjsonReader(packer);
  reader.push(Buffer.from(text));
  reader.end();
  return { packer, chunks: packer.takeRest() };
}

const text = fc.string({ unit: 'binary', maxLength: 20 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const line = fc.record({
  id: maybe(text),
  timestamp: maybe(fc.integer({ min: -8.64e15, max: 8.64e15 })),
  source_ip: maybe(fc.ipV6()),
  method: maybe(text),
  uri: maybe(text),
  user_agent: maybe(text),
  payload: maybe(text),
  headers: maybe(fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 })))),
  is_attack: fc.boolean(),
  attack_type: maybe(fc.constantFrom('sqli', 'xss', "'; DROP TABLE shadow.datasets; --")),
  metadata: maybe(fc.dictionary(text, fc.jsonValue({ maxDepth: 1 }))),
});

test('what was sent as NDJSON is what a batch holds', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const { packer, chunks } = pack(lines.map((value) => JSON.stringify(value)).join('\n'));
      expect(packer).toMatchObject({ received: lines.length, stored: lines.length, errors: [] });
      const chunk = chunks[0]!;
      const view = new BatchView(chunk.body);
      expect([view.count, chunk.attackCount]).toEqual([
        lines.length,
        lines.filter((l) => l.is_attack).length,
      ]);
      lines.forEach((sent, i) => {
        expect(view.at[i]).toBe(sent.timestamp ?? 77);
        expect(chunk.at[i]).toBe(view.at[i]);
        for (const name of ['id', 'source_ip', 'method', 'uri', 'payload'] as const) {
          expect(view.text(name, i)).toBe(sent[name] ?? null);
        }
        expect(view.isAttack(i)).toBe(sent.is_attack);
        expect(view.attackType(i)).toBe(sent.attack_type ?? null);
        const metadata = view.text('metadata', i);
        expect(metadata).toBe(sent.metadata === undefined ? null : JSON.stringify(sent.metadata));
        const headers: string[] = [];
        view.forEachHeader(i, (_, __, start, end) =>
          headers.push(view.headers.bytes.toString('utf8', start, end)),
        );
        expect(headers).toEqual(Object.values(sent.headers ?? {}).flat());
      });
    }),
    { numRuns: 200 },
  );
});

test('the first 100 bad lines are reported, all are counted, good ones are kept', () => {
  const { packer } = pack('{"is_attack":true}\nbad\n'.repeat(150));
  expect(packer).toMatchObject({ received: 300, stored: 150, rejected: 150 });
  expect(packer.errors).toHaveLength(100);
  expect(packer.errors[99]!.line).toBe(200);
});

test('chunks follow each other without a gap', () => {
  const count = 2 * maxSamplesPerBatch + 5;
  const { packer, chunks } = pack('{"is_attack":true}\n'.repeat(count));
  expect(chunks.map((chunk) => chunk.firstIndex)).toEqual([0, maxSamplesPerBatch, 2 * maxSamplesPerBatch]);
  expect(chunks.map((chunk) => chunk.sampleCount)).toEqual([maxSamplesPerBatch, maxSamplesPerBatch, 5]);
  expect(packer.attacks).toBe(count);
});
