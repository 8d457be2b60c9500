import { describe, expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(fields: object, message = 'said'): string {
  const lines: string[] = [];
  createLogger({ logLevel: 'trace' }, 'test', { write: (line) => void lines.push(line) }).info(
    fields,
    message,
  );
  return lines.join('');
}

describe('what is logged whole by mistake', () => {
  test.each([
    { payment_token: 'CANARY' },
    { body: { operations: [{ payment_token: 'CANARY' }] } },
    { body: { paymentToken: 'CANARY' } },
    { req: { headers: { Authorization: 'Bearer CANARY', cookie: 'CANARY', 'x-api-key': 'CANARY' } } },
    { deep: { deep: { deep: { deep: { client_secret: 'CANARY', apiKey: 'CANARY', password: 'CANARY' } } } } },
    { env: { ENCRYPTION_KEY: 'CANARY' }, config: { connectionString: 'CANARY' } },
    { note: 'Authorization: Bearer CANARY-0123' },
    { card: { cvv: 'CANARY' } },
  ])('%j', (fields) => {
    const line = logged(fields);
    expect(line).not.toContain('CANARY');
    expect(JSON.parse(line).msg).toBe('said');
  });

  test.each([
    { description: 'paid with 4111 1111 1111 1111' },
    { number: 4111111111111111 },
    { list: ['x', ['4111-1111-1111-1111']] },
    { err: Object.assign(new Error('failed'), { detail: 'Failing row contains (acme, 4111111111111111).' }) },
  ])('card numbers: %j', (fields) => {
    const line = logged(fields, 'of 4111.1111.1111.1111');
    expect(line.match(/4111/)).toBeNull();
    expect(JSON.parse(line).msg).toBe('of ****-****-****-1111');
  });

  test('a key of ours', () => {
    const line = logged({}, `key assay_${'0a'.repeat(6)}_${'1b'.repeat(24)} used`);
    expect(JSON.parse(line).msg).toBe('key ****1b1b used');
  });
});

test('what identifies a request stays', () => {
  const fields = {
    request_id: '01a1fc4d-4b31-775f-b3d8-647730252d1a',
    key_id: 'e96eb118f487',
    keys: 3,
    tokens: 12,
    duration_ms: 1.25,
    at_us: 1_760_000_000_000_000,
    monkey: 'banana',
  };
  expect(JSON.parse(logged(fields))).toMatchObject(fields);
});
