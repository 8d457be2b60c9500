import { DatabaseSync } from 'node:sqlite';

/** What a witness remembers of a log: the last checkpoint it cosigned. */
export interface WitnessedLog {
  size: number;
  rootHash: Buffer;
  /** With the log's signature and the witness's own. */
  note: string;
}

export interface WitnessStore {
  find(origin: string): WitnessedLog | null;
  /**
   * Lets `decide` look at the latest checkpoint and name its successor (null: none), as one step: no other call, in this
   * process or another, comes between. What it returned is on disk when this returns.
   */
  update<T>(
    origin: string,
    decide: (latest: WitnessedLog | null) => { next: WitnessedLog | null; result: T },
  ): T;
  close(): void;
}

/** Another process that holds the file does so for milliseconds. */
const busyMs = 5_000;

/** A witness's memory, one SQLite file: check and persist are one transaction, synced before anything is answered. */
export function openWitnessStore(path: string): WitnessStore {
  const database = new DatabaseSync(path, { timeout: busyMs });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS logs (
      origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root_hash BLOB NOT NULL, note TEXT NOT NULL
    ) STRICT`);
  const select = database.prepare('SELECT size, root_hash, note FROM logs WHERE origin = ?');
  const upsert = database.prepare(
    `INSERT INTO logs (origin, size, root_hash, note) VALUES (?, ?, ?, ?)
     ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root_hash = excluded.root_hash, note = excluded.note`,
  );
  const find = (origin: string): WitnessedLog | null => {
    const row = select.get(origin);
    if (row === undefined) return null;
    const { size, root_hash: rootHash, note } = row as { size: number; root_hash: Uint8Array; note: string };
    return { size, rootHash: Buffer.from(rootHash), note };
  };
  return {
    find,
    update: (origin, decide) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const { next, result } = decide(find(origin));
        if (next !== null) upsert.run(origin, next.size, next.rootHash, next.note);
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}
