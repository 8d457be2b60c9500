import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Pool } from 'pg';
import { insertEvents } from '../../audit/events/insert-events.ts';
import { recordEvent } from '../../audit/events/record-event.ts';
import { dropMonth, retireMonth } from '../../audit/retention/retire-month.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createPool } from '../../platform/database/pool.ts';
import { verifyExportFile } from './verify-export-file.ts';

/** Exports, verifies and detaches the month; drops its table where asked to. @returns the exit code. */
export async function runRetireMonth(month: string, file: string, drop: boolean): Promise<number> {
  assertMonth(month);
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
    if (drop) await dropRecorded(pool, app, month, exportSha256);
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

/** Drops the table of a month that was detached before, for whoever still has its export. @returns the exit code. */
export async function runDropMonth(month: string, file: string): Promise<number> {
  assertMonth(month);
  const digest = createHash('sha256');
  for await (const part of createReadStream(file)) digest.update(part);
  const config = loadConfig(processEnvironment());
  const pool = createPool(config, 'keeper', { applicationName: 'assay-audit-drop', size: 1 });
  const app = createPool(config, 'app', { applicationName: 'assay-audit-drop', size: 1 });
  try {
    await dropRecorded(pool, app, month, digest.digest());
    process.stdout.write(`${month}: dropped; its entries are in ${file}\n`);
    return 0;
  } finally {
    await Promise.all([pool.end(), app.end()]);
  }
}

async function dropRecorded(keeper: Pool, app: Pool, month: string, exportSha256: Buffer): Promise<void> {
  await dropMonth(keeper, `${month}-01`, exportSha256);
  const details = { month, export_sha256: exportSha256.toString('hex') };
  await insertEvents(app, [
    recordEvent({ action: 'audit.month_dropped', actor: 'cli', tenantId: null, details }, Date.now()),
  ]);
}

function assertMonth(month: string): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new Error(`expected a month such as 2026-01, found "${month}"`);
}
