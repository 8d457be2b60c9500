import { run as runAudit } from './verify/audit.ts';
import { run as runLedger } from './verify/ledger.ts';

export const summary = 'Check what is stored against the rules it must keep (ledger, audit)';

/** One file under verify/ each; a new part is a line here. */
const parts: Record<string, (argv: string[]) => Promise<number>> = { ledger: runLedger, audit: runAudit };

const usage = `Usage: assay verify <part> [arguments]

  ledger    recompute every balance from history in one snapshot (assay verify ledger --help)
  audit     check the audit log against itself and against what others saw (assay verify audit --help)
`;

/** Exit codes: 0 in order, 1 a rule is broken or it could not be checked, 2 wrong use. */
export async function run([name, ...argv]: string[]): Promise<number> {
  const part = parts[name ?? ''];
  if (part !== undefined) return part(argv);
  if (name === '--help' || name === '-h') {
    process.stdout.write(usage);
    return 0;
  }
  const found = name === undefined ? 'say what to verify' : `there is no part "${name}"`;
  process.stderr.write(`assay verify: ${found}\n\n${usage}`);
  return 2;
}
