import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Variables that `assay dev` sets for its processes and that must be the same at the next start. */
export interface DevSecrets {
  ENCRYPTION_KEYS: string;
  FINGERPRINT_KEY: string;
}

/**
 * The encryption keys of the environment, else those of the last start, else new ones, kept in `encryption-keys.json` (mode
 * 0600) beside the data they open: without that file the payment tokens of the stack are lost.
 */
export function devSecrets(env: Record<string, string | undefined>, stateDirectory: string): DevSecrets {
  const { ENCRYPTION_KEYS, FINGERPRINT_KEY } = env;
  if (ENCRYPTION_KEYS && FINGERPRINT_KEY) return { ENCRYPTION_KEYS, FINGERPRINT_KEY };
  const kept = readSecrets(stateDirectory) ?? writeSecrets(stateDirectory);
  return {
    ENCRYPTION_KEYS: ENCRYPTION_KEYS || kept.ENCRYPTION_KEYS,
    FINGERPRINT_KEY: FINGERPRINT_KEY || kept.FINGERPRINT_KEY,
  };
}

const fileName = 'encryption-keys.json';

function readSecrets(stateDirectory: string): DevSecrets | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDirectory, fileName), 'utf8')) as DevSecrets;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined; // the first start
    throw error; // a file that is there and cannot be read must not be written over
  }
}

function writeSecrets(stateDirectory: string): DevSecrets {
  const secrets = { ENCRYPTION_KEYS: `dev-1:${makeSecret()}`, FINGERPRINT_KEY: makeSecret() };
  writeFileSync(join(stateDirectory, fileName), `${JSON.stringify(secrets, undefined, 2)}\n`, {
    mode: 0o600,
  });
  return secrets;
}

function makeSecret(): string {
  return randomBytes(32).toString('base64');
}
