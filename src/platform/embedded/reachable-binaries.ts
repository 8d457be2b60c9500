import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { canRead, type ServerAccount } from './server-account.ts';

/** Where root keeps what another user must reach when the checkout itself is closed to that user. */
export const SHARED_STATE = '/var/lib/assay';

/**
 * Gives binaries that the server's account can read and run: those of node_modules where it may, else a copy (42 MB,
 * once per version) under `/var/lib/assay`.
 */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  account: ServerAccount | undefined,
): Promise<PostgresBinaries> {
  const probes = [binaries.postgres, join(binaries.root, 'share', 'postgresql', 'postgres.bki')];
  if (probes.every((path) => canRead(account, path))) return binaries;

  const name = `postgresql-${binaries.version}-${process.platform}-${process.arch}`;
  const root = join(SHARED_STATE, name);
  if (!existsSync(root)) await copyBinaries(binaries.root, root);
  return {
    ...binaries,
    root,
    initdb: binaries.initdb.replace(binaries.root, root),
    postgres: binaries.postgres.replace(binaries.root, root),
  };
}

/** Copies beside the target and renames, so that neither a crash nor a second start leaves half a copy in use. */
async function copyBinaries(from: string, to: string): Promise<void> {
  await mkdir(SHARED_STATE, { recursive: true, mode: 0o755 });
  const half = `${to}.${randomUUID()}`;
  await cp(from, half, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a') && !path.endsWith('/include'),
  });
  await openToEveryone(half);
  await rename(half, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(half, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // another start was quicker
  });
}

/** The checkout may have been made under umask 077; modes are copied with the files. */
async function openToEveryone(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}
