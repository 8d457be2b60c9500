import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';

/** The right to sequence, for as long as a flood lasts, and the connection to read it by. */
export interface Turn {
  readonly client: PoolClient;
  end(): Promise<void>;
}

/**
 * Takes the turn, unless another process has it. It saves two from sealing what only one can write; that nothing is written
 * twice does not depend on it.
 *
 * The lock is that of an open transaction: it goes with its connection, and PostgreSQL ends the transaction of a process that
 * was frozen. Idle between two reads, such a transaction keeps no row from vacuum.
 */
export async function takeTurn(pool: Pool): Promise<Turn | null> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  const end = async () => {
    await client.query('ROLLBACK').catch(onError);
    client.off('error', onError);
    client.release(broken);
  };
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ mine: boolean }>(sql(import.meta.url, './sql/take-turn.sql'));
    if (rows[0]!.mine) return { client, end };
  } catch (error) {
    broken = error as Error;
    await end();
    throw error;
  }
  await end();
  return null;
}
