import type pg from 'pg';

export interface LedgerClock {
  nowMs(): number;
  /** Moves it forward for every process on the database. */
  advance(ms: number): Promise<void>;
}

/**
 * Puts the ledger's clock into the test's hands: it stands still until it is moved. Call it before any process connects.
 *
 * @param ownerPool who may replace `credits.clock()`.
 */
export async function controlLedgerClock(ownerPool: pg.Pool, startMs: number): Promise<LedgerClock> {
  let nowMs = startMs;
  await ownerPool.query(`CREATE TABLE credits.test_clock (now timestamptz NOT NULL)`);
  await ownerPool.query(`GRANT SELECT ON credits.test_clock TO assay_app`);
  await ownerPool.query(`INSERT INTO credits.test_clock VALUES ($1)`, [new Date(nowMs)]);
  await ownerPool.query(
    `CREATE OR REPLACE FUNCTION credits.clock() RETURNS timestamptz LANGUAGE sql VOLATILE
     RETURN (SELECT now FROM credits.test_clock)`,
  );
  return {
    nowMs: () => nowMs,
    advance: async (ms) => {
      if (ms === 0) return;
      nowMs += ms;
      await ownerPool.query(`UPDATE credits.test_clock SET now = $1`, [new Date(nowMs)]);
    },
  };
}
