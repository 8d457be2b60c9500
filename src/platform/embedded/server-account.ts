import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The operating-system user that PostgreSQL runs as; `undefined` stands for "ourselves". */
export interface ServerAccount {
  name: string;
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root, so root starts it as the first of these users that exists. */
const ACCOUNTS = ['postgres', '_postgres', 'nobody'];

export function findServerAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ACCOUNTS) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { name, uid, gid };
  }
  throw new Error(
    `PostgreSQL refuses to run as root and none of the users ${ACCOUNTS.join(', ')} exists. Create one ("useradd --system postgres"), start as another user, or set DATABASE_URL.`,
  );
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    const id = Number(
      execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** May the account read `path`, every folder above it being open to it? Judged by mode bits alone. */
export function canRead(account: ServerAccount | undefined, path: string): boolean {
  return account === undefined || (grants(account, path, 4) && canEnter(account, dirname(path)));
}

/** May the account enter `folder`? A checkout below /root or a 0700 temporary folder is closed to it. */
export function canEnter(account: ServerAccount | undefined, folder: string): boolean {
  if (account === undefined) return true;
  return grants(account, folder, 1) && (folder === dirname(folder) || canEnter(account, dirname(folder)));
}

function grants(account: ServerAccount, path: string, bit: 1 | 4): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bit) === bit;
}
