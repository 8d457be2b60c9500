/** What the global setup hands to every test file, through Vitest's `inject`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** The owner's connection to the maintenance database of the run's PostgreSQL. */
    adminDatabaseUrl: string;
    /** A Redis server of this run; undefined where none could be had. */
    redisUrl: string | undefined;
  }
}

/** Migrated once a run; every test database is a copy of it. */
export const TEMPLATE_DATABASE = 'assay_template';
