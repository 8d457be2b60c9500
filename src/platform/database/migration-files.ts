import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { MigrationRefusedError } from './migration-error.ts';

/** One numbered step of the schema: `0002_shadow.sql` and, where it can be undone, `0002_shadow.down.sql`. */
export interface MigrationFile {
  number: number;
  name: string;
  up: string;
  down: string | null;
  /** SHA-256 of the up file, hex; line endings do not count, since Git may change them. */
  checksum: string;
}

const fileName = /^(\d{4})_([a-z0-9_]+)(\.down)?\.sql$/;

/** @throws MigrationRefusedError for a misnamed file, a number used twice or left out, or a down file alone. */
export function readMigrationFiles(directory: URL): MigrationFile[] {
  const steps = new Map<number, MigrationFile>();
  const downs = new Map<number, string>();
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.sql')) continue;
    const match = fileName.exec(file);
    if (match === null)
      throw new MigrationRefusedError(`${file} is not named NNNN_name.sql or NNNN_name.down.sql`);
    const number = Number(match[1]);
    const text = readFileSync(new URL(file, directory), 'utf8').replaceAll('\r\n', '\n');
    if (match[3] !== undefined) {
      downs.set(number, text);
      continue;
    }
    if (steps.has(number)) throw new MigrationRefusedError(`two migrations are numbered ${match[1]}`);
    steps.set(number, { number, name: match[2]!, up: text, down: null, checksum: sha256(text) });
  }
  for (const [number, text] of downs) {
    const step = steps.get(number);
    if (step === undefined)
      throw new MigrationRefusedError(`migration ${number} has a down file and no up file`);
    step.down = text;
  }
  const ordered = [...steps.values()].sort((a, b) => a.number - b.number);
  const gap = ordered.findIndex((step, i) => step.number !== i + 1);
  if (gap !== -1)
    throw new MigrationRefusedError(`migration ${gap + 1} is missing from the migrations folder`);
  return ordered;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
