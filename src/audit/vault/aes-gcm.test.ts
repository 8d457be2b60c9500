import { createSecretKey, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt } from './aes-gcm.ts';

interface Vector {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
}

const file = new URL('../../../../shared/vectors/crypto/aes-256-gcm.json', import.meta.url);
const vectors = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Vector[]) : [];
const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe.skipIf(vectors.length === 0)('the Wycheproof vectors (skipped where they are not present)', () => {
  test.each(vectors)('case $tcId', ({ key: hex, iv, aad, msg, ct, tag }) => {
    const key = createSecretKey(bytes(hex));
    const box = encrypt(key, bytes(iv), bytes(msg), bytes(aad));
    expect(box.toString('hex')).toBe(iv + ct + tag);
    expect(decrypt(key, box, bytes(aad)).toString('hex')).toBe(msg);
    for (const damaged of [0, 12, box.length - 1].filter((i) => i < box.length)) {
      const changed = Buffer.from(box);
      changed[damaged]! ^= 0x80;
      expect(() => decrypt(key, changed, bytes(aad))).toThrow();
    }
    expect(() => decrypt(key, box, Buffer.concat([bytes(aad), Buffer.of(0)]))).toThrow();
  });
});

test('a tag that was cut is refused, not checked as far as it goes', () => {
  const key = createSecretKey(randomBytes(32));
  const box = encrypt(key, randomBytes(12), Buffer.from('text'), Buffer.alloc(0));
  for (let cut = 1; cut <= box.length; cut++) {
    expect(() => decrypt(key, box.subarray(0, box.length - cut), Buffer.alloc(0))).toThrow();
  }
});
