import { Socket } from 'node:net';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyFixedRows } from '../../src/platform/database/copy-fixed-rows.ts';
import { copyRows, readBigint } from '../../src/platform/database/copy-rows.ts';
import { connectionStream } from '../../src/platform/database/reusing-socket.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const streams = [
  { name: 'reads into memory used again', stream: connectionStream },
  // As under TLS, whose reads come as a stream's data.
  { name: 'reads as data events', stream: () => new Socket() },
];

describe.each(streams)('$name', ({ stream }) => {
  async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: database.url, stream });
    client.on('error', () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
  const isAlive = async (client: pg.Client) => (await client.query('SELECT 1 AS one')).rows[0].one === 1;

  test('long and short fields arrive whole however slowly they are taken, and the connection goes on', async () => {
    await connected(async (client) => {
      const select = `SELECT i, decode(repeat(to_hex(i % 10), (2 * ((i % 7) * 90000 + i))::int), 'hex')
        FROM generate_series(1::bigint, :rows) AS i`;
      let next = 1;
      for await (const rows of copyRows(client, select, { rows: 60 })) {
        for (const [id, bytes] of rows) {
          expect(readBigint(id)).toBe(next);
          const expected = Buffer.alloc((next % 7) * 90_000 + next, (next % 10) * 0x11);
          expect(bytes!.equals(expected)).toBe(true);
          next++;
        }
        if (next % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(next).toBe(61);
      expect(await isAlive(client)).toBe(true);
    });
  });

  test('rows of one length', async () => {
    await connected(async (client) => {
      let sum = 0;
      for await (const rows of copyFixedRows(
        client,
        'SELECT i::bigint FROM generate_series(1, 50000) AS i',
        14,
      )) {
        for (let at = 0; at < rows.length; at += 14) sum += Number(rows.readBigInt64BE(at + 6));
      }
      expect(sum).toBe(1_250_025_000);
      expect(await isAlive(client)).toBe(true);
    });
  });

  test('an error, before the first row or after some, rejects, and the connection goes on', async () => {
    await connected(async (client) => {
      const read = async (select: string) => {
        for await (const _ of copyRows(client, select, {}));
      };
      await expect(read('SELECT nothing')).rejects.toThrow('"nothing" does not exist');
      await expect(read('SELECT 1 / (50000 - i) FROM generate_series(1, 60000) AS i')).rejects.toThrow(
        'division by zero',
      );
      expect(await isAlive(client)).toBe(true);
    });
  });

  test('a COPY by the library of the driver reads the connection as a stream', async () => {
    await connected(async (client) => {
      let bytes = 0;
      for (let round = 0; round < 3; round++) {
        const copy = client.query(
          copyTo("COPY (SELECT repeat('x', 99999) FROM generate_series(1, 30)) TO STDOUT"),
        );
        for await (const chunk of copy as AsyncIterable<Buffer>) bytes += chunk.length;
        expect(await isAlive(client)).toBe(true);
      }
      expect(bytes).toBe(3 * 30 * 100_000);
    });
  });

  test('a connection lost in the middle rejects', async () => {
    await connected(async (client) => {
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      const read = async () => {
        let lost = false;
        for await (const _ of copyRows(
          client,
          "SELECT repeat('x', 100000) FROM generate_series(1, 2000)",
          {},
        )) {
          if (!lost)
            await connected((other) => other.query('SELECT pg_terminate_backend($1)', [rows[0].pid]));
          lost = true;
        }
      };
      await expect(read()).rejects.toThrow(/terminat|ECONNRESET|EPIPE/);
    });
  });
});
