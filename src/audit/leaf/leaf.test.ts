import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLeafWriter } from './leaf-writer.ts';
import { createLeafAuthenticator, readLeaf } from './read-leaf.ts';

const facts = fc.record({
  seq: fc.nat(),
  sequencedAt: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map(Number),
  tenantId: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  tenantPrev: fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('base64')),
  tenantSeq: fc.nat(),
});
const event = fc.record({
  action: fc.string({ unit: 'grapheme' }),
  text: fc.constantFrom('', ',"hmac":"', '"x"'.repeat(4_000)),
});
const key = fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes));

test('a leaf is canonical JSON, its HMAC the one of node:crypto over the leaf without it, and can be read back', () => {
  fc.assert(
    fc.property(key, event, facts, (hmacKey, happened, what) => {
      const sequencedAtText = new Date(what.sequencedAt).toISOString();
      const bytes = Buffer.from(canonicalize(happened)!);
      const written = createLeafWriter(hmacKey).write(bytes, 0, bytes.length, what, sequencedAtText);
      expect(written[0]).toBe(0);
      const leaf = written.subarray(1);
      const members = {
        event: happened,
        seq: what.seq,
        sequenced_at: sequencedAtText,
        tenant_id: what.tenantId,
        tenant_prev: what.tenantPrev,
        tenant_seq: what.tenantSeq,
      };
      const hmac = createHmac('sha256', hmacKey).update(canonicalize(members)!).digest('base64');
      expect(leaf.toString()).toBe(canonicalize({ ...members, hmac }));
      const read = readLeaf(leaf)!;
      expect(read).toMatchObject({ ...what, hmac, sequencedAtText });
      expect(createLeafAuthenticator(hmacKey)(leaf, read)).toBe(true);
      expect(createLeafAuthenticator(Buffer.from('another'))(leaf, read)).toBe(false);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('what is no leaf is not read', () => {
  for (const text of ['', '{}', '{"event":{},"hmac":"x","seq":1}', 'x'.repeat(5_000)])
    expect(readLeaf(Buffer.from(text))).toBeNull();
});
