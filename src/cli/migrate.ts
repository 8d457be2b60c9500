import { parseArgs } from 'node:util';
import { loadConfig } from '../platform/config/load.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { type MigrateOptions, type MigrateResult, migrate } from '../platform/database/migrate.ts';
import { label } from '../platform/database/migration-plan.ts';
import { createPool } from '../platform/database/pool.ts';
import { reportFailure } from './support/report-failure.ts';

export const summary = 'Bring the database to the schema of this version (--dry-run, --to N, --down)';

const usage = `Usage: assay migrate [--dry-run] [--to N]
       assay migrate --down [--to N] [--dry-run]

  --dry-run   say what would run; change nothing
  --to N      stop after migration N (0 with --down: undo all)
  --down      undo migrations: the last one, or those after N

Uses DATABASE_OWNER_URL, or DATABASE_URL where that is not set.
`;

/** Exit codes: 0 done or nothing to do, 1 refused or failed, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (typeof options === 'string') {
    process.stderr.write(`assay migrate: ${options}\n\n${usage}`);
    return 2;
  }
  try {
    const config = loadConfig(processEnvironment());
    const pool = createPool(config, 'owner', { applicationName: 'assay-migrate' });
    try {
      print(
        await migrate(pool, { ...options, onStep: (step) => say(`${step.direction} ${label(step.file)} …`) }),
        options,
      );
    } finally {
      await pool.end();
    }
    return 0;
  } catch (error) {
    return reportFailure('assay migrate', error);
  }
}

/** The options, `help`, or what is wrong with them. */
function readOptions(argv: string[]): MigrateOptions | string {
  let values: { 'dry-run'?: boolean; down?: boolean; to?: string; help?: boolean };
  try {
    const options = {
      'dry-run': { type: 'boolean' },
      down: { type: 'boolean' },
      to: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    ({ values } = parseArgs({ args: argv, options }));
  } catch (error) {
    return (error as Error).message;
  }
  if (values.help) return 'help';
  if (values.to !== undefined && !/^\d{1,4}$/.test(values.to))
    return `--to takes a number, found "${values.to}"`;
  return {
    dryRun: values['dry-run'] ?? false,
    down: values.down ?? false,
    to: values.to === undefined ? undefined : Number(values.to),
  };
}

function print(result: MigrateResult, options: MigrateOptions): void {
  if (options.dryRun) {
    for (const step of result.steps) say(`would run ${step.direction} ${step.label}`);
    say(
      result.steps.length === 0
        ? `nothing to do; the database is at ${result.version}`
        : 'nothing was changed',
    );
    return;
  }
  const count = result.steps.length;
  const done = count === 0 ? 'nothing to do' : `${count} ${count === 1 ? 'migration' : 'migrations'} run`;
  say(`${done}; the database is at ${result.version}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
