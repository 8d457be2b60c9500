import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../platform/config/load.ts';
import { devSecrets } from './dev-secrets.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dev-secrets-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('are made once, kept for their owner alone, and accepted by the configuration', () => {
  const made = devSecrets({}, directory);
  expect(devSecrets({}, directory)).toEqual(made);
  expect(statSync(join(directory, 'encryption-keys.json')).mode & 0o777).toBe(0o600);
  expect(loadConfig({ DATABASE_URL: 'postgres://db/assay', ...made }).encryptionKeys).toHaveLength(1);
});

test('of the environment come first', () => {
  const given = { ENCRYPTION_KEYS: 'k1:…', FINGERPRINT_KEY: '…' };
  expect(devSecrets(given, directory)).toEqual(given);
});

test('that cannot be read are not written over', () => {
  const file = join(directory, 'encryption-keys.json');
  writeFileSync(file, '{');
  expect(() => devSecrets({}, directory)).toThrow();
  expect(readFileSync(file, 'utf8')).toBe('{');
});
