import { expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { loadSidecarConfig } from './sidecar.ts';

const needed = { ASSAY_API_URL: 'http://api:5004', ASSAY_API_KEY: 'a-key-of-eight' };

function faultsOf(env: Record<string, string>): string {
  try {
    loadSidecarConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return '';
}

test('what is not set is as documented', () => {
  expect(loadSidecarConfig(needed)).toMatchObject({
    port: 5_006,
    socket: null,
    statusPort: 0,
    tenants: null,
    waitMs: 1_000,
    ledgerTimeoutMs: 3_000,
  });
});

test('every fault is told at once, with what was found', () => {
  const message = faultsOf({ ASSAY_API_URL: 'ftp://api', ASSAY_SIDECAR_PORT: 'x' });
  expect(message).toContain('found "ftp://api"');
  expect(message).toContain('found "x"');
  expect(message).toContain('ASSAY_API_KEY: not set');
  expect(faultsOf({ ...needed, ASSAY_SIDECAR_PORT: '0' })).toContain('needs ASSAY_SIDECAR_SOCKET');
});

test('a card number or a key in the wrong place is not repeated', () => {
  const tenants = faultsOf({ ...needed, ASSAY_TENANTS: 'acme,4111111111111111' });
  expect(tenants).toContain('looks like a card number');
  expect(tenants).not.toContain('4111111111111111');
  expect(faultsOf({ ...needed, ASSAY_API_KEY: 'short' })).not.toContain('short');
});
