import { describe, expect, test } from 'vitest';
import { loadConfig } from './load.ts';
import { parseNamedKeys } from './named-key.ts';

const [a, b] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64'));
const DATABASE_URL = 'postgres://assay@db.example/assay';

describe('ENCRYPTION_KEYS', () => {
  test('are read in order, the one to use first', () => {
    const config = loadConfig({ DATABASE_URL, ENCRYPTION_KEYS: `k2:${b}, k1:${a}`, FINGERPRINT_KEY: a! });
    expect(config.encryptionKeys.map(({ id, key }) => [id, key.export().toString('base64')])).toEqual([
      ['k2', b],
      ['k1', a],
    ]);
  });

  test('show none of their bytes when the configuration is printed', () => {
    const config = loadConfig({ DATABASE_URL, ENCRYPTION_KEYS: `k1:${a}`, FINGERPRINT_KEY: b! });
    expect(JSON.stringify(config)).not.toContain(a);
    expect(JSON.stringify(config)).not.toContain(b);
  });

  test.each([
    [`k1:${a},k1:${b}`, /"k1" is given twice/],
    [`k1:${a},k2:${a}`, /"k2" and "k1" are the same key/],
    [a, /expected id:key.*at place 1/],
    [`k1:${a},k2:${b!.slice(4)}`, /at place 2/],
    [`K 1:${a}`, /at place 1/],
    [`k1:${Buffer.alloc(31).toString('base64')}`, /32 bytes/],
    [
      Array.from({ length: 17 }, (_, i) => `k${i}:${Buffer.alloc(32, i).toString('base64')}`).join(),
      /at most 16/,
    ],
  ])('%# is refused', (text, fault) => expect(parseNamedKeys(text!)).toMatch(fault));

  test('need FINGERPRINT_KEY, and no fault shows a key', () => {
    expect(() => loadConfig({ DATABASE_URL, ENCRYPTION_KEYS: `k1:${a}` })).toThrow(/FINGERPRINT_KEY: needed/);
    const wrong = { DATABASE_URL, ENCRYPTION_KEYS: `k1=${a}`, FINGERPRINT_KEY: `${b}x` };
    expect(() => loadConfig(wrong)).toThrow(/ENCRYPTION_KEYS[\s\S]*FINGERPRINT_KEY/);
    expect(() => loadConfig(wrong)).not.toThrow(a);
    expect(() => loadConfig(wrong)).not.toThrow(b);
  });

  test('may be missing', () => {
    expect(loadConfig({ DATABASE_URL })).toMatchObject({ encryptionKeys: [], fingerprintKey: undefined });
  });
});
