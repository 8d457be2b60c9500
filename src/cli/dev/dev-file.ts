import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKey } from '../../platform/keys/key-text.ts';

/** `.assay/dev.json`: what a script needs to talk to the stack that `assay dev` runs. Mode 0600, as it holds keys. */
export interface DevFile {
  api_url: string;
  credits_api_key: string;
  shadow_api_key: string;
  admin_api_key: string;
  /** `/health`, `/ready` and `/metrics` of the worker. */
  worker_url: string;
  sidecar_url: string | null;
  sidecar_socket: string | null;
  database_url: string;
  redis_url: string | null;
  /** Empty once everything has been stopped. */
  pids: Record<string, number>;
}

export type DevKeys = Pick<DevFile, 'credits_api_key' | 'shadow_api_key' | 'admin_api_key'>;

export function readDevFile(stateDirectory: string): DevFile | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDirectory, 'dev.json'), 'utf8')) as DevFile;
  } catch {
    return undefined; // the first start
  }
}

/** Written beside and renamed: a reader sees the old file or the new one. */
export function writeDevFile(stateDirectory: string, content: DevFile): void {
  const file = join(stateDirectory, 'dev.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Keys of the environment, else those of the last start, else new ones. */
export function devKeys(env: Record<string, string | undefined>, last: DevFile | undefined): DevKeys {
  return {
    credits_api_key: env.CREDITS_API_KEY || last?.credits_api_key || makeKey().text,
    shadow_api_key: env.SHADOW_API_KEY || last?.shadow_api_key || makeKey().text,
    admin_api_key: env.ASSAY_ADMIN_KEY || last?.admin_api_key || makeKey().text,
  };
}
