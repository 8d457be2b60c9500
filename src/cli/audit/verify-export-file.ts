import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { listVerifierKeys } from '../../audit/checkpoints/verifier-keys.ts';

/** In a checkout and in what is shipped alike. */
const verifier = fileURLToPath(new URL('../../../verifier/assay-verify.mjs', import.meta.url));

/**
 * Runs the offline verifier over an export, as an auditor would: a process that shares nothing with us but the file.
 *
 * @throws Error with what it found.
 */
export async function verifyExportFile(pool: Pool, file: string): Promise<void> {
  const keys = (await listVerifierKeys(pool)).filter(({ role }) => role === 'log');
  const args = [verifier, file, ...keys.flatMap((key) => ['--key', key.verifier_key])];
  try {
    await promisify(execFile)(process.execPath, args);
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`the export does not verify, so nothing was done: ${(stdout || stderr || '').trim()}`, {
      cause: error,
    });
  }
}
