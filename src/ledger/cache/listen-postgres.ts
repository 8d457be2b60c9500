import pg from 'pg';
import { connectionSettings, type PoolConfig } from '../../platform/database/pool.ts';
import type { Line, LineEvents } from './subscription.ts';

/** The channel of NOTIFY; a database has its own. */
export const notifyChannel = 'credits_outdated';

/** Listens on a connection of its own: one of the pool's would be one less for everybody. */
export async function listenPostgres(config: PoolConfig, { onMessage, onLost }: LineEvents): Promise<Line> {
  const client = new pg.Client({ ...connectionSettings(config, 'app'), application_name: 'assay-listen' });
  client.on('error', onLost);
  client.on('end', () => onLost(new Error('the connection ended')));
  client.on('notification', ({ payload }) => onMessage(payload ?? ''));
  const close = () => client.end().catch(() => {});
  try {
    await client.connect();
    await client.query(`LISTEN ${notifyChannel}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { ping: () => client.query('SELECT 1'), close };
}
