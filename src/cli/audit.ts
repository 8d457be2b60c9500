import { parseArgs } from 'node:util';
import { generateSignerKey, parseSignerKey } from '../audit/checkpoints/note-key.ts';
import { isAssayError } from '../platform/errors.ts';
import { runEraseAgain } from './audit/erase-again.ts';
import { runDropMonth, runRetireMonth } from './audit/retire-month.ts';
import { reportFailure } from './support/report-failure.ts';

export const summary =
  'Make keys of the audit log or its witness; retire an old month; erase again after a restore';

const usage = `Usage: assay audit keygen --name NAME [--witness]
       assay audit retire MONTH --export FILE [--drop]
       assay audit drop MONTH --export FILE
       assay audit erase-again EXPORT

keygen   makes an Ed25519 key in note form. The private key goes to standard output (AUDIT_SIGNING_KEY, or WITNESS_KEY
         with --witness), its public half, for whoever verifies, to standard error. NAME is the log's origin, such as
         example.com/audit, or the witness's name.
retire   exports the oldest month that is over (YYYY-MM) to FILE, verifies the file, and detaches the month from the
         log. With --drop its table is dropped too; otherwise it stays as audit.entries_YYYY_MM.
drop     drops the table of a month that was detached before, against its export.
erase-again  after a backup was restored: destroys the data keys of those who were erased since, as EXPORT (of
         GET /audit/export, from before the restore) tells. Repeating it is harmless.
`;

/** Exit codes: 0 done, 1 failed, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    process.stderr.write(`assay audit: ${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [verb, object] = positionals;
  if (values.help || verb === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    if (verb === 'keygen' && values.name !== undefined) return keygen(values.name, values.witness === true);
    if (verb === 'retire' && object !== undefined && values.export !== undefined)
      return await runRetireMonth(object, values.export, values.drop === true);
    if (verb === 'drop' && object !== undefined && values.export !== undefined)
      return await runDropMonth(object, values.export);
    if (verb === 'erase-again' && object !== undefined) return await runEraseAgain(object);
  } catch (error) {
    return reportFailure('assay audit', isAssayError(error) ? error.message : error);
  }
  process.stderr.write(
    `assay audit: expected keygen --name NAME, retire or drop MONTH --export FILE, or erase-again EXPORT\n\n${usage}`,
  );
  return 2;
}

function parse(argv: string[]) {
  const options = {
    name: { type: 'string' },
    witness: { type: 'boolean' },
    export: { type: 'string' },
    drop: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseArgs({ args: argv, options, allowPositionals: true });
}

function keygen(name: string, witness: boolean): number {
  const key = generateSignerKey(name, witness ? 4 : 1);
  process.stderr.write(`verifier key: ${parseSignerKey(key).verifier.text}\n`);
  process.stdout.write(`${key}\n`);
  return 0;
}
