import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { parseVerifierKey, type VerifierKey } from '../../audit/checkpoints/note-key.ts';
import { listVerifierKeys } from '../../audit/checkpoints/verifier-keys.ts';
import { findBreak } from '../../audit/verify/find-break.ts';
import { gatherTrusted } from '../../audit/verify/gather-trusted.ts';
import { type TrustedCheckpoint, trustNote } from '../../audit/verify/trusted.ts';
import { verifyLog } from '../../audit/verify/verify-log.ts';
import { type Config, loadConfig } from '../../platform/config/load.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createPool } from '../../platform/database/pool.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { reportFailure } from '../support/report-failure.ts';

const usage = `Usage: assay verify audit [--from SEQ] [--to SEQ] [--key KEY]... [--checkpoint FILE]... [--bisect] [--json]

Reads the audit log and checks every entry against itself, the chain, the stored tree, every published checkpoint, and what
the witness (AUDIT_WITNESS_URL, AUDIT_WITNESS_KEY) and the file in AUDIT_CHECKPOINT_PATH saw. With AUDIT_HMAC_KEY the HMACs
are checked too. Exit code 0: all in order; 1: something is not.

  --from, --to SEQ    the first entry, and the entry after the last
  --key KEY           the log's verifier key, got from elsewhere; the ones in the database otherwise
  --checkpoint FILE   a checkpoint that was kept, signed by the log or cosigned by the witness
  --bisect            only looks for where a rewritten, shifted or cut log leaves its history: some hundred reads
  --json              the verdict as JSON
`;

type Values = ReturnType<typeof parse>;

/** Exit codes: 0 in order, 1 something is wrong or it could not be checked, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  let values: Values;
  try {
    values = parse(argv);
  } catch (error) {
    process.stderr.write(`assay verify audit: ${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    const config = loadConfig(processEnvironment());
    const pool = createPool(config, 'app', { applicationName: 'assay-verify-audit', size: 2 });
    try {
      return await verify(config, pool, values);
    } finally {
      await pool.end();
    }
  } catch (error) {
    return reportFailure('assay verify audit', error);
  }
}

function parse(argv: string[]) {
  const options = {
    from: { type: 'string' },
    to: { type: 'string' },
    key: { type: 'string', multiple: true },
    checkpoint: { type: 'string', multiple: true },
    bisect: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values } = parseArgs({ args: argv, options });
  const [from, to] = [seqOf('--from', values.from), seqOf('--to', values.to)];
  if (from !== undefined && to !== undefined && from > to)
    throw new Error(`--from (${from}) is beyond --to (${to})`);
  return { ...values, from, to };
}

function seqOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${option} takes a whole number, found "${text}"`);
  return Number(text);
}

async function verify(config: Config, pool: Pool, values: Values): Promise<number> {
  const logKeys = await logKeysOf(pool, values.key);
  const { auditWitnessKey, auditWitnessUrl: url, auditCheckpointPath: path } = config;
  const witnessKey = auditWitnessKey === undefined ? undefined : parseVerifierKey(auditWitnessKey);
  const witness = witnessKey === undefined || url === undefined ? undefined : { key: witnessKey, url };
  const { auditOrigin: origin } = config;
  const { trusted, unavailable } = await gatherTrusted({ pool, origin, logKeys, path, witness, fetch });
  for (const source of unavailable) process.stderr.write(`assay verify audit: not asked: ${source}\n`);
  const signers = witnessKey === undefined ? logKeys : [...logKeys, witnessKey];
  const origins = [origin, ...logKeys.map(({ name }) => name)];
  for (const file of values.checkpoint ?? []) trusted.push(readTrusted(file, signers, origins));
  return values.bisect ? bisect(pool, trusted) : verifyAll(config, pool, values, logKeys, trusted);
}

async function verifyAll(
  config: Config,
  pool: Pool,
  values: Values,
  logKeys: VerifierKey[],
  trusted: TrustedCheckpoint[],
): Promise<number> {
  const { auditHmacKey } = config;
  const hmacKey = auditHmacKey === undefined ? undefined : Buffer.from(auditHmacKey);
  const started = performance.now();
  const verdict = await verifyLog(pool, { from: values.from, to: values.to, logKeys, trusted, hmacKey });
  const seconds = (performance.now() - started) / 1_000;
  const { valid, checked, finding, size } = verdict;
  const root = verdict.root?.toString('base64') ?? null;
  if (values.json) {
    const bad = {
      first_bad_seq: finding?.seq ?? null,
      kind: finding?.kind ?? null,
      reason: finding?.detail ?? null,
    };
    process.stdout.write(`${JSON.stringify({ valid, checked, ...bad, root, size, seconds })}\n`);
  } else if (finding !== null) {
    process.stdout.write(`NOT VALID: ${finding.kind} at seq ${finding.seq}: ${finding.detail}\n`);
  } else {
    const sources =
      trusted.map((one) => `${one.source} (${one.size})`).join(', ') || 'nobody outside was asked';
    const speed = Math.round(checked / seconds).toLocaleString('en');
    process.stdout.write(
      `VALID: ${checked} of ${size} entries in ${seconds.toFixed(1)} s (${speed}/s), root ${root}\n` +
        `HMACs ${hmacKey === undefined ? 'were not checked (no AUDIT_HMAC_KEY)' : 'hold'}; compared with: ${sources}\n`,
    );
  }
  return valid ? 0 : 1;
}

async function bisect(pool: Pool, trusted: TrustedCheckpoint[]): Promise<number> {
  const { found, reads } = await withTransaction(
    pool,
    (client) => findBreak(client, trusted),
    'REPEATABLE READ',
  );
  if (found === null) {
    process.stdout.write(
      `no break found in ${reads} reads; entries edited one by one are found by verifying without --bisect\n`,
    );
    return 0;
  }
  const what =
    found.in === 'entries'
      ? `from entry ${found.from} on, entries are not those of the tree`
      : `the tree leaves its published history between ${found.from} and ${found.to} entries`;
  process.stdout.write(`NOT VALID: ${what} (${reads} reads)\n`);
  return 1;
}

async function logKeysOf(pool: Pool, given: string[] | undefined): Promise<VerifierKey[]> {
  if (given !== undefined) return given.map(parseVerifierKey);
  const noted = await listVerifierKeys(pool);
  return noted.filter(({ role }) => role === 'log').map((key) => parseVerifierKey(key.verifier_key));
}

/** A witness cosigns other logs too. */
function readTrusted(file: string, keys: VerifierKey[], origins: string[]): TrustedCheckpoint {
  const trusted = trustNote(readFileSync(file, 'utf8'), keys, `the checkpoint in ${file}`);
  if (trusted === null) throw new Error(`${file} is no checkpoint that the log or its witness signed`);
  if (!origins.includes(trusted.origin))
    throw new Error(`${file} is a checkpoint of ${trusted.origin}, not of this log`);
  return trusted;
}
