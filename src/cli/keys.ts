import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { type Config, loadConfig } from '../platform/config/load.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { createPool } from '../platform/database/pool.ts';
import { isAssayError } from '../platform/errors.ts';
import { type CreateKeyInput, listKeys, type StoredKey } from '../platform/keys/manage-keys.ts';
import { scopes } from '../platform/keys/scopes.ts';
import { createKeyRecorded, revokeKeyRecorded } from './support/record-keys.ts';
import { reportFailure } from './support/report-failure.ts';
import { rotateKeys } from './support/rotate-keys.ts';

export const summary = 'Create, list and revoke API keys; rotate encryption keys';

const usage = `Usage: assay keys create --name NAME --scopes a,b [--tenant T] [--requests-per-second N]
       assay keys list
       assay keys revoke ID
       assay keys rotate [--dry-run]

Scopes: ${scopes.join(', ')}
A key is shown once, when it is made; only its SHA-256 is stored.

rotate wraps what payment tokens are encrypted under anew, under the first of ENCRYPTION_KEYS, beside running processes;
--dry-run says how much each key wraps. See docs/how-to/rotate-keys.md.
`;

/** Exit codes: 0 done, 1 failed or no such key, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  const command = readCommand(argv);
  if (typeof command === 'string') {
    const isHelp = command === 'help';
    (isHelp ? process.stdout : process.stderr).write(isHelp ? usage : `assay keys: ${command}\n\n${usage}`);
    return isHelp ? 0 : 2;
  }
  try {
    const config = loadConfig(processEnvironment());
    const pool = createPool(config, 'app', { applicationName: 'assay-keys', size: 1 });
    try {
      return await command(pool, config);
    } finally {
      await pool.end();
    }
  } catch (error) {
    return reportFailure('assay keys', isAssayError(error) ? error.message : error);
  }
}

type Command = (pool: Pool, config: Config) => Promise<number>;

const options = {
  name: { type: 'string' },
  scopes: { type: 'string' },
  tenant: { type: 'string' },
  'requests-per-second': { type: 'string' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What to do, `help`, or what is wrong with the arguments. */
function readCommand(argv: string[]): Command | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = parsed;
  const [verb, id, ...rest] = positionals;
  if (values.help || verb === undefined) return 'help';
  if (rest.length > 0 || (id !== undefined && verb !== 'revoke')) return `too many arguments for ${verb}`;
  switch (verb) {
    case 'create': {
      if (values.name === undefined || values.scopes === undefined) return 'create needs --name and --scopes';
      const perSecond = values['requests-per-second'];
      return create({
        name: values.name,
        scopes: values.scopes.split(',').map((scope) => scope.trim()),
        tenantId: values.tenant ?? null,
        requestsPerSecond: perSecond === undefined ? null : Number(perSecond),
      });
    }
    case 'list':
      return list;
    case 'revoke':
      return id === undefined ? 'revoke needs the id of a key' : revoke(id);
    case 'rotate':
      return (pool, config) => rotateKeys(pool, config.encryptionKeys, values['dry-run'] ?? false);
    default:
      return `there is no command "${verb}"`;
  }
}

function parse(argv: string[]) {
  return parseArgs({ args: argv, options, allowPositionals: true });
}

function create(input: CreateKeyInput): Command {
  return async (pool) => {
    const key = await createKeyRecorded(pool, input);
    // The key alone on standard output, so that a script can keep it: KEY=$(assay keys create …).
    process.stderr.write(`key ${key.keyId} was made; it is shown this once:\n`);
    process.stdout.write(`${key.text}\n`);
    return 0;
  };
}

async function list(pool: Pool): Promise<number> {
  for (const key of await listKeys(pool)) process.stdout.write(`${lineOf(key)}\n`);
  return 0;
}

function lineOf(key: StoredKey): string {
  const state = key.revoked_at === null ? 'active' : `revoked ${key.revoked_at.toISOString()}`;
  const limit = key.requests_per_second === null ? 'default limit' : `${key.requests_per_second}/s`;
  const tenant = key.tenant_id ?? 'any tenant';
  return [
    key.key_id,
    key.name,
    key.scopes.join(','),
    tenant,
    limit,
    key.created_at.toISOString(),
    state,
  ].join('\t');
}

function revoke(id: string): Command {
  return async (pool) => {
    // The whole key is taken too, since it is what people have at hand; only its public part is used.
    const keyId = /^assay_([0-9a-f]{12})_/.exec(id)?.[1] ?? id;
    const revoked = await revokeKeyRecorded(pool, keyId);
    if (revoked === null) {
      process.stderr.write(`assay keys: there is no key ${keyId}\n`);
      return 1;
    }
    process.stdout.write(`key ${keyId} (${revoked.name}) is revoked; processes notice within 5 seconds\n`);
    return 0;
  };
}
