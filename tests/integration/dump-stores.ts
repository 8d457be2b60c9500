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

/** Every key and value of a Redis, in the form in which Redis would move it to another server. */
export async function dumpRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const parts: string[] = [];
    for await (const keys of redis.scanStream() as AsyncIterable<string[]>) {
      for (const key of keys)
        parts.push(key, ((await redis.dumpBuffer(key)) ?? Buffer.alloc(0)).toString('latin1'));
    }
    return parts.join('\n');
  } finally {
    redis.disconnect();
  }
}
