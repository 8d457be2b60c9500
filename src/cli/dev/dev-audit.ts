import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSignerKey, parseSignerKey } from '../../audit/checkpoints/note-key.ts';

type Variables = Record<string, string | undefined>;

export interface DevAudit {
  /** What each process is told: the log's keys are the worker's alone, the witness's its own. */
  worker: Variables;
  api: Variables;
  /** Undefined where another witness is configured. */
  witness: Variables | undefined;
}

interface AuditKeys {
  AUDIT_HMAC_KEY: string;
  AUDIT_SIGNING_KEY: string;
  WITNESS_KEY: string;
}

/**
 * The audit log's variables for the processes of `assay dev`. Keys are those of the environment, else those of the last
 * start, else new ones, kept in `audit-keys.json` (mode 0600): with other keys the log would not continue.
 */
export function devAudit(env: Variables, stateDirectory: string, witnessPort: number): DevAudit {
  const keys = readKeys(stateDirectory) ?? writeKeys(stateDirectory);
  const worker: Variables = {
    AUDIT_HMAC_KEY: env.AUDIT_HMAC_KEY || keys.AUDIT_HMAC_KEY,
    AUDIT_SIGNING_KEY: env.AUDIT_SIGNING_KEY || keys.AUDIT_SIGNING_KEY,
    AUDIT_CHECKPOINT_PATH: env.AUDIT_CHECKPOINT_PATH || join(stateDirectory, 'checkpoint'),
  };
  const keyless = { AUDIT_HMAC_KEY: '', AUDIT_SIGNING_KEY: '' };
  if (env.AUDIT_WITNESS_URL) return { worker, api: keyless, witness: undefined };
  const shared = {
    AUDIT_WITNESS_URL: `http://127.0.0.1:${witnessPort}`,
    AUDIT_WITNESS_KEY: parseSignerKey(keys.WITNESS_KEY).verifier.text,
  };
  return {
    worker: { ...worker, ...shared },
    api: { ...keyless, ...shared, AUDIT_CHECKPOINT_PATH: worker.AUDIT_CHECKPOINT_PATH },
    witness: {
      HOST: '127.0.0.1',
      WITNESS_PORT: String(witnessPort),
      WITNESS_KEY: keys.WITNESS_KEY,
      WITNESS_LOG_KEYS: parseSignerKey(worker.AUDIT_SIGNING_KEY!).verifier.text,
      WITNESS_STATE: join(stateDirectory, 'witness.sqlite'),
    },
  };
}

const fileName = 'audit-keys.json';

function readKeys(stateDirectory: string): AuditKeys | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDirectory, fileName), 'utf8')) as AuditKeys;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined; // the first start
    throw error; // a file that is there and cannot be read must not be written over
  }
}

function writeKeys(stateDirectory: string): AuditKeys {
  const keys = {
    AUDIT_HMAC_KEY: randomBytes(32).toString('base64'),
    AUDIT_SIGNING_KEY: generateSignerKey('assay.local/audit', 1),
    WITNESS_KEY: generateSignerKey('assay.local/witness', 4),
  };
  writeFileSync(join(stateDirectory, fileName), `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  return keys;
}
