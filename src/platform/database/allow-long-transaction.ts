import type { ClientBase } from 'pg';

/**
 * Lifts the pool's timeouts for the current transaction. For work whose length is the data's, not the server's: streams
 * by COPY last as long as their reader or writer takes, and their callers bound them by other means.
 */
export async function allowLongTransaction(client: ClientBase): Promise<void> {
  await client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
}
