import { expect, test } from 'vitest';
import { bootstrapKeys } from './bootstrap-keys.ts';
import { keyIdOf, makeKey, sha256Of } from './key-text.ts';
import { hasScope } from './scopes.ts';

const config = {
  creditsApiKey: 'credits-secret',
  shadowApiKey: 'shadow-secret',
  adminApiKey: 'admin-secret',
};

test('knows the keys of the environment and their scopes', () => {
  const find = bootstrapKeys(config);
  expect([...find(sha256Of('credits-secret'))!.scopes]).toEqual(['credits:read', 'credits:write', 'leases']);
  expect([...find(sha256Of('shadow-secret'))!.scopes]).toEqual(['shadow:read', 'shadow:write']);
  expect(hasScope(find(sha256Of('admin-secret'))!, 'audit:read')).toBe(true);
  expect(find(sha256Of('shadow-secre'))).toBeNull();
  expect(find(sha256Of(''))).toBeNull();
});

test('one text in two variables has the scopes of both', () => {
  const find = bootstrapKeys({ ...config, creditsApiKey: 'same-secret', shadowApiKey: 'same-secret' });
  const key = find(sha256Of('same-secret'))!;
  expect(hasScope(key, 'credits:write') && hasScope(key, 'shadow:write')).toBe(true);
});

test('a made key names its id, and no other text does', () => {
  const key = makeKey();
  expect(key.text).toMatch(/^assay_[0-9a-f]{12}_[0-9a-f]{48}$/);
  expect(keyIdOf(key.text)).toBe(key.keyId);
  expect(key.sha256).toEqual(sha256Of(key.text));
  expect(keyIdOf(`${key.text}0`)).toBeNull();
  expect(keyIdOf('assay_x')).toBeNull();
});
