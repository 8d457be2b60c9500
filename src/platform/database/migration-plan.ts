import { MigrationRefusedError } from './migration-error.ts';
import type { MigrationFile } from './migration-files.ts';

/** A row of assay.migrations. */
export interface AppliedMigration {
  number: number;
  name: string;
  checksum: string;
}

export interface MigrationTarget {
  /** The number the database shall be at afterwards; the newest (up) or one less than now (down) when absent. */
  to?: number | undefined;
  down?: boolean | undefined;
}

export interface MigrationStep {
  direction: 'up' | 'down';
  file: MigrationFile;
}

/**
 * What has to run to bring a database where `applied` ran to the target.
 *
 * @throws MigrationRefusedError when history and files disagree, or the target cannot be reached.
 */
export function planMigrations(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
  target: MigrationTarget,
): MigrationStep[] {
  assertSameHistory(files, applied);
  const current = applied.length;
  if (target.down) return planDown(files, current, target.to ?? Math.max(0, current - 1));
  const to = target.to ?? files.length;
  if (to > files.length)
    throw new MigrationRefusedError(`there is no migration ${to}; the newest is ${files.length}`);
  if (to < current) {
    throw new MigrationRefusedError(
      `the database is at ${current}, past ${to}; add --down to undo migrations`,
    );
  }
  return files.slice(current, to).map((file) => ({ direction: 'up', file }));
}

function planDown(files: readonly MigrationFile[], current: number, to: number): MigrationStep[] {
  if (to > current)
    throw new MigrationRefusedError(`the database is at ${current}; it cannot go down to ${to}`);
  const steps = files.slice(to, current).reverse();
  const oneWay = steps.find((file) => file.down === null);
  if (oneWay !== undefined) {
    throw new MigrationRefusedError(`migration ${label(oneWay)} has no down file, so it cannot be undone`);
  }
  return steps.map((file) => ({ direction: 'down', file }));
}

/** Applied migrations must be the first files, unchanged: a schema that no list of files explains is not ours. */
function assertSameHistory(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): void {
  for (const [i, row] of applied.entries()) {
    const file = files[i];
    if (file === undefined) {
      throw new MigrationRefusedError(
        `the database is at migration ${label(applied.at(-1)!)}, newer than this version of Assay, ` +
          `which knows ${files.length}; run the newer version`,
      );
    }
    if (row.number !== file.number) {
      throw new MigrationRefusedError(
        `the database lacks migration ${label(file)} but has ${label(row)}; restore assay.migrations from a backup`,
      );
    }
    if (row.checksum !== file.checksum || row.name !== file.name) {
      throw new MigrationRefusedError(
        `migration ${label(file)} was changed after it was applied as ${label(row)}; ` +
          'put the file back as it was and write a new migration for the change',
      );
    }
  }
}

export function label(migration: { number: number; name: string }): string {
  return `${String(migration.number).padStart(4, '0')}_${migration.name}`;
}
