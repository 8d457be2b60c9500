import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  boolArray,
  byteaArray,
  int8Array,
  textArray,
  timestampArray,
  uuidArray,
} from '../../src/platform/database/exchange/binary-array.ts';
import { CopyWriter } from '../../src/platform/database/exchange/copy-writer.ts';
import { exchange, exchangeWithin } from '../../src/platform/database/exchange/exchange.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.ownerPool.query('CREATE TABLE public.pairs (a int PRIMARY KEY, b text)');
});
afterAll(() => database.drop());

const copy = (rows: string) => ({
  name: 'copy-pairs',
  text: 'COPY public.pairs FROM STDIN',
  copy: Buffer.from(rows),
});
const count = {
  name: 'count-pairs',
  text: 'SELECT count(*) FROM public.pairs WHERE a < $1',
  values: ['100'],
};
const rollback = { name: 'rollback', text: 'ROLLBACK' };
const begin = { name: 'begin', text: 'BEGIN' };

async function withClient<T>(work: (client: Parameters<typeof exchange>[0]) => Promise<T>): Promise<T> {
  const client = await database.ownerPool.connect();
  try {
    return await work(client);
  } finally {
    client.release(true);
  }
}

test('several statements, a COPY among them, are one round trip with the rows of each', () =>
  withClient(async (client) => {
    const statements = [begin, copy('1\tx\n2\ty\n'), count, rollback];
    expect(await exchange(client, statements)).toEqual([[], [], [['2']], []]);
    // Prepared by now.
    expect(await exchange(client, statements)).toEqual([[], [], [['2']], []]);
  }));

test('the first error skips the rest; the connection goes on, also with statements whose preparing was skipped', () =>
  withClient(async (client) => {
    const refused = {
      name: 'copy-nowhere',
      text: 'COPY public.nowhere FROM STDIN',
      copy: Buffer.from('1\n'),
    };
    await expect(exchange(client, [begin, refused, count])).rejects.toThrow('nowhere');
    expect(await exchange(client, [rollback, count])).toEqual([[], [['0']]]);
    await expect(exchange(client, [begin, copy('1\tx\n1\tx\n')])).rejects.toMatchObject({ code: '23505' });
    expect(await exchange(client, [rollback, count])).toEqual([[], [['0']]]);
  }));

test('a silent server costs the time given, and the connection', () =>
  withClient(async (client) => {
    client.on('error', () => {});
    const sleep = { name: 'sleep', text: 'SELECT pg_sleep(0.5)' };
    await expect(exchangeWithin(client, [sleep], 50)).rejects.toThrow('no answer within 50 ms');
    await expect(exchange(client, [count])).rejects.toThrow();
  }));

test('a lost connection rejects', () =>
  withClient(async (client) => {
    client.on('error', () => {});
    const suicide = { name: 'suicide', text: 'SELECT pg_terminate_backend(pg_backend_pid())' };
    await expect(exchange(client, [suicide, count])).rejects.toThrow();
  }));

const uuids = ['00000000-0000-7000-8000-000000000001', 'ffffffff-ffff-4fff-bfff-ffffffffffff'];
const integers = [0, 1, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

test('binary arrays are read as what they were', () =>
  withClient(async (client) => {
    const read = async (type: string, value: Buffer) => {
      const text = `SELECT x::text FROM unnest($1::${type}[]) x`;
      const [rows] = await exchange(client, [{ name: `read-${type}`, text, values: [value] }]);
      return rows!.map(([element]) => element);
    };
    await exchange(client, [{ name: 'utc', text: "SET timezone = 'UTC'" }]);
    expect(await read('bigint', int8Array(integers))).toEqual(integers.map(String));
    expect(await read('bigint', int8Array([]))).toEqual([]);
    expect(await read('text', textArray(['', 'ä€😀', '{"a",NULL}']))).toEqual(['', 'ä€😀', '{"a",NULL}']);
    expect(await read('uuid', uuidArray(uuids))).toEqual(uuids);
    expect(await read('bool', boolArray([true, false]))).toEqual(['true', 'false']);
    expect(await read('bytea', byteaArray([Buffer.from([0, 255]), Buffer.of()]))).toEqual(['\\x00ff', '\\x']);
    expect(await read('timestamptz', timestampArray([0, 1_763_712_000_123, Infinity, -Infinity]))).toEqual([
      '1970-01-01 00:00:00+00',
      '2025-11-21 08:00:00.123+00',
      'infinity',
      '-infinity',
    ]);
  }));

test('rows written for COPY are read as what they were, also when they outgrow the guess', () =>
  withClient(async (client) => {
    await database.ownerPool.query(
      `CREATE TABLE public.wide (t text, j jsonb, b bytea, s smallint, i int, f bool, l bigint, u uuid, z timestamptz,
                                 us uuid[], ls bigint[])`,
    );
    const writer = new CopyWriter(1);
    const long = 'ß'.repeat(10_000);
    for (const text of ['', long]) {
      writer
        .row(11)
        .text(text)
        .jsonb('{"a":[1]}')
        .bytes(Buffer.from([1, 2]))
        .int2(-5)
        .int4(-70_000)
        .bool(true);
      writer
        .int8(Number.MAX_SAFE_INTEGER)
        .uuid(uuids[0]!)
        .timestamp(1_763_712_000_123)
        .uuids(uuids)
        .int8s(integers);
    }
    writer
      .row(11)
      .text(null)
      .jsonb(null)
      .bytes(null)
      .null()
      .null()
      .null()
      .null()
      .uuid(null)
      .null()
      .uuids([])
      .int8s([]);
    const into = {
      name: 'copy-wide',
      text: 'COPY public.wide FROM STDIN (FORMAT binary)',
      copy: writer.finish(),
    };
    await exchange(client, [into]);
    const { rows } = await database.ownerPool.query('SELECT * FROM public.wide');
    const row = {
      j: { a: [1] },
      b: Buffer.from([1, 2]),
      s: -5,
      i: -70_000,
      f: true,
      l: Number.MAX_SAFE_INTEGER,
      u: uuids[0],
      z: new Date(1_763_712_000_123),
      us: uuids,
      ls: integers.map(String),
    };
    expect(rows.slice(0, 2)).toEqual([
      { t: '', ...row },
      { t: long, ...row },
    ]);
    expect(rows[2]).toMatchObject({ t: null, j: null, u: null, us: [], ls: [] });
  }));
