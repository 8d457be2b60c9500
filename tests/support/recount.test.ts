import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { naiveMatcher, recount } from './recount.ts';

const folder = await mkdtemp(join(tmpdir(), 'recount-'));
afterAll(() => rm(folder, { recursive: true }));

test('counts plain and gzipped files alike', async () => {
  const lines = [
    { payload: "' OR 1=1", is_attack: true },
    { payload: null, uri: '/?q=%27+or+1', is_attack: true },
    { payload: 'O’Reilly\u2028x', is_attack: false },
    { headers: { 'User-Agent': "it's curl" }, is_attack: false },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  const [plain, packed] = [join(folder, 'a.ndjson'), join(folder, 'a.ndjson.gz')];
  await writeFile(plain, text);
  await writeFile(packed, gzipSync(text));
  const rule = { patterns: [{ literal: "'" }] };
  const once = { true_positives: 1, false_positives: 1, true_negatives: 1, false_negatives: 1 };
  expect(await recount([plain], rule)).toEqual(once);
  expect(await recount([plain, packed], { ...rule, decode: ['url'] })).toEqual({
    true_positives: 4,
    false_positives: 2,
    true_negatives: 2,
    false_negatives: 0,
  });
});

test('literals ignore ASCII case only; every pattern of `all` must match some value', () => {
  const matches = naiveMatcher({ patterns: [{ literal: 'ÄB' }, { regex: '^x', flags: 'i' }], match: 'all' });
  expect(matches({ payload: 'Äb', uri: 'X', is_attack: true })).toBe(true);
  expect(matches({ payload: 'äb', uri: 'x', is_attack: true })).toBe(false);
});

test('a file that is not there is an error', async () => {
  await expect(recount([join(folder, 'none.gz')], { patterns: [] })).rejects.toThrow('ENOENT');
});
