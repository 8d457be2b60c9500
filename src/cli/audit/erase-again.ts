import { open } from 'node:fs/promises';
import { type DestroyedKey, eraseAgain, keysErasedBy } from '../../audit/vault/erase-again.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createPool } from '../../platform/database/pool.ts';
import { verifyExportFile } from './verify-export-file.ts';

/** Erases in a restored database what an export says was erased. @returns the exit code. */
export async function runEraseAgain(file: string): Promise<number> {
  const config = loadConfig(processEnvironment());
  const pool = createPool(config, 'app', { applicationName: 'assay-audit-erase-again', size: 1 });
  try {
    // Erasing cannot be undone, so it is not done on the word of a file that anyone may have written.
    await verifyExportFile(pool, file);
    const told = await readErased(file);
    const destroyed = told.length === 0 ? 0 : await eraseAgain(pool, told, Date.now());
    process.stdout.write(
      `${told.length} data keys were erased by ${file}; ${destroyed} were there and are destroyed\n`,
    );
    return 0;
  } finally {
    await pool.end();
  }
}

async function readErased(file: string): Promise<DestroyedKey[]> {
  const handle = await open(file);
  const keys: DestroyedKey[] = [];
  for await (const line of handle.readLines()) {
    const { leaf } = JSON.parse(line) as { leaf?: string };
    if (leaf !== undefined) keys.push(...keysErasedBy(Buffer.from(leaf, 'base64')));
  }
  return keys;
}
