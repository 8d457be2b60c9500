import pg from 'pg';
import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

test('the error of a broken connection is logged without the connection', () => {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'info' }, 'test', { write: (line) => void lines.push(line) });
  const client = new pg.Client({ connectionString: 'postgres://someone:hidden@127.0.0.1:1/db' });
  const cause = new Error('the socket closed');
  const error = Object.assign(new Error('Connection terminated', { cause }), { client, code: '57P01' });
  log.warn({ err: error }, 'broken');
  expect(lines[0]).not.toContain('hidden');
  const { err } = JSON.parse(lines[0]!);
  expect(err).toMatchObject({ type: 'Error', code: '57P01' });
  expect(err.message).toContain('the socket closed');
  expect(err.client).toBeUndefined();
});
