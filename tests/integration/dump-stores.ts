import { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** Every row of every table of ours, as PostgreSQL writes it, by table; for finding what must not be there. */
export async function dumpDatabase(ownerPool: Pool): Promise<Record<string, string>> {
  const { rows } = await ownerPool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  const tables: Record<string, string> = {};
  for (const { name } of rows) {
    const dump = await ownerPool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    tables[name] = dump.rows.map(({ row }) => row).join('\n');
  }
  return tables;
}

/** Every key and value of a Redis as text. Not by DUMP, which compresses: what is looked for would be in pieces. */
export async function dumpRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const parts: string[] = [];
    for await (const keys of redis.scanStream() as AsyncIterable<string[]>) {
      for (const key of keys) parts.push(key, JSON.stringify(await readValue(redis, key)));
    }
    return parts.join('\n');
  } finally {
    redis.disconnect();
  }
}

async function readValue(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return null; // expired since
    default:
      throw new Error(`${key} is of a type that nobody looks into`);
  }
}
