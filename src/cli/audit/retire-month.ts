import { type FileHandle, open, rm } from 'node:fs/promises';
import { insertEvents } from '../../audit/events/insert-events.ts';
import { recordEvent } from '../../audit/events/record-event.ts';
import { dropMonth, retireMonth } from '../../audit/retention/retire-month.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createPool } from '../../platform/database/pool.ts';
import { verifyExportFile } from './verify-export-file.ts';

/** Exports, verifies and detaches the month; drops its table where asked to. @returns the exit code. */
export async function runRetireMonth(month: string, file: string, drop: boolean): Promise<number> {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new Error(`expected a month such as 2026-01, found "${month}"`);
  const config = loadConfig(processEnvironment());
  const pool = createPool(config, 'keeper', { applicationName: 'assay-audit-retire', size: 2 });
  const app = createPool(config, 'app', { applicationName: 'assay-audit-retire', size: 1 });
  // Never over an export that is there already.
  const handle: FileHandle = await open(file, 'wx');
  let exported = false;
  try {
    const retired = await retireMonth({
      pool,
      month: `${month}-01`,
      write: async (text) => {
        await handle.appendFile(text);
      },
      verify: async () => {
        await handle.sync();
        await verifyExportFile(app, file);
        exported = true;
      },
    });
    const { firstSeq, lastSeq, exportSha256, detachMs } = retired;
    const details = {
      month,
      first_seq: firstSeq,
      last_seq: lastSeq,
      export_sha256: exportSha256.toString('hex'),
    };
    await insertEvents(app, [
      recordEvent({ action: 'audit.month_retired', actor: 'cli', tenantId: null, details }, Date.now()),
    ]);
    if (drop) await dropMonth(pool, `${month}-01`, exportSha256);
    process.stdout.write(
      `${month}: entries ${firstSeq} to ${lastSeq} are in ${file}, verified; detached in ${detachMs.toFixed(0)} ms` +
        `${drop ? ', dropped' : `, kept as audit.entries_${month.replace('-', '_')}`}\n`,
    );
    return 0;
  } catch (error) {
    // Half an export is of no use. A whole one is kept: who knows what became of a detach that failed.
    if (!exported) await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
    await Promise.all([pool.end(), app.end()]);
  }
}
