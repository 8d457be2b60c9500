import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { countDataKeys, type RotateResult, rotateDataKeys } from '../../audit/vault/rotate-data-keys.ts';
import type { NamedKey } from '../../platform/config/named-key.ts';
import { ProgressLine } from './progress-line.ts';

/**
 * `assay keys rotate`: wraps all data keys under the first of ENCRYPTION_KEYS and says which keys may go.
 *
 * @param dryRun say how many data keys each key wraps, and change nothing.
 * @returns the exit code: 0 all are under the first key, 1 some are not.
 */
export async function rotateKeys(pool: Pool, keys: readonly NamedKey[], dryRun: boolean): Promise<number> {
  if (keys.length === 0) {
    process.stderr.write(
      'assay keys: ENCRYPTION_KEYS is not set; give the new key first, then the old ones\n',
    );
    return 1;
  }
  const current = keys[0]!.id;
  if (dryRun) {
    await printUse(pool, keys);
    return 0;
  }
  const progress = new ProgressLine(process.stderr, 'rewrapping');
  const result = await rotateDataKeys({
    pool,
    keys,
    random: randomBytes,
    clock: Date.now,
    sleep,
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.finish(`${result.rewrapped} data keys under "${current}"`);
  if (result.remaining > 0) return reportRemaining(result, current);
  process.stdout.write(`all data keys are wrapped under "${current}"\n`);
  const idle = keys.slice(1).map(({ id }) => `"${id}"`);
  if (idle.length > 0) {
    const condition = 'once every process has the new key first, and no backup you may restore needs the old';
    process.stdout.write(`${idle.join(', ')} may leave ENCRYPTION_KEYS ${condition}\n`);
  }
  return 0;
}

async function printUse(pool: Pool, keys: readonly NamedKey[]): Promise<void> {
  const counts = await countDataKeys(pool);
  for (const { keyId, dataKeys } of counts) {
    const place = keys.findIndex(({ id }) => id === keyId);
    const note = place === 0 ? 'in use' : place === -1 ? 'NOT in ENCRYPTION_KEYS' : 'to be rewrapped';
    process.stdout.write(`${keyId}\t${dataKeys} data keys\t${note}\n`);
  }
  if (counts.length === 0) process.stdout.write('there are no data keys yet\n');
}

function reportRemaining({ remaining, broken }: RotateResult, current: string): number {
  const why =
    broken.length === 0
      ? 'other sessions hold them, or a process still wraps under an old key; run this again'
      : `these do not unwrap, since their row was changed or a key's bytes were: ${broken.join(', ')}`;
  process.stderr.write(`assay keys: ${remaining} data keys are not under "${current}": ${why}\n`);
  return 1;
}
