import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, tryPort } from '../../platform/embedded/free-port.ts';
import type { DevFile } from './dev-file.ts';

type Variables = Record<string, string | undefined>;

const defaultPort = 5_006;
const loopback = '127.0.0.1';
/** `sockaddr_un` has room for 108 bytes, the last of them zero. */
const socketPathBytesMax = 107;
/** By the time it is stopped the API may have gone (Ctrl-C twice); its journal goes on at the next start. */
const graceMs = 3_000;

export interface DevSidecar {
  sidecar_url: string | null;
  sidecar_socket: string | null;
  /** What the process is told beside the key and the address of the API; undefined where there is none. */
  variables: Variables | undefined;
}

/**
 * The sidecar of `assay dev`: ASSAY_SIDECAR_PORT when it is set, else 5006 or any free port, and a socket among the state.
 * Linux alone has the boot id that a sidecar trusts its journal by; elsewhere there is none.
 */
export async function devSidecar(
  env: Variables,
  stateDirectory: string,
  platform: NodeJS.Platform = process.platform,
): Promise<DevSidecar> {
  if (platform !== 'linux') return { sidecar_url: null, sidecar_socket: null, variables: undefined };
  const port = env.ASSAY_SIDECAR_PORT
    ? Number(env.ASSAY_SIDECAR_PORT)
    : ((await tryPort(defaultPort, loopback)) ?? (await freePort()));
  const socket = env.ASSAY_SIDECAR_SOCKET || socketPath(resolve(stateDirectory));
  return {
    sidecar_url: port === 0 ? null : `http://${loopback}:${port}`,
    sidecar_socket: socket,
    variables: {
      ...env,
      ASSAY_SIDECAR_PORT: String(port),
      ASSAY_SIDECAR_SOCKET: socket,
      ASSAY_JOURNAL_DIR: env.ASSAY_JOURNAL_DIR || join(stateDirectory, 'journal'),
      ASSAY_INSTANCE: env.ASSAY_INSTANCE || 'dev',
      SHUTDOWN_GRACE_MS: env.SHUTDOWN_GRACE_MS || String(graceMs),
    },
  };
}

/** The credits key has the scope `leases`. */
export function sidecarEnvironment(variables: Variables, dev: DevFile): Variables {
  return { ...variables, ASSAY_API_URL: dev.api_url, ASSAY_API_KEY: dev.credits_api_key };
}

function socketPath(stateDirectory: string): string {
  const path = join(stateDirectory, 'sidecar.sock');
  if (Buffer.byteLength(path) <= socketPathBytesMax) return path;
  const name = createHash('sha256').update(stateDirectory).digest('hex').slice(0, 16);
  return join(tmpdir(), `assay-${name}.sock`);
}
