// npm test: type check, format and lint, then every test. The last line is `N passed, N failed`, where the type check
// and the lint count as one each. Arguments go to Vitest, which then runs alone: npm test -- src/stats
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run-node.ts';
import { type Counts, countTests, type VitestReport } from './test-counts.ts';

const vitestArguments = process.argv.slice(2);
const checks = vitestArguments.length > 0 ? [] : await runChecks();
const tests = await runVitest(vitestArguments);

for (const failure of [...checks.filter(({ ok }) => !ok).map(({ name }) => name), ...tests.failures]) {
  process.stdout.write(`FAILED  ${failure}\n`);
}
const passed = tests.passed + checks.filter(({ ok }) => ok).length;
const failed = tests.failed + checks.filter(({ ok }) => !ok).length;
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function runChecks(): Promise<{ name: string; ok: boolean }[]> {
  const results = [];
  for (const [name, ...command] of [
    ['type check (tsc)', 'node_modules/typescript/bin/tsc', '-p', '.'],
    ['format and lint (biome)', 'node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off'],
  ] as const) {
    process.stdout.write(`${name} …\n`);
    results.push({ name, ok: (await runNode(command)) === 0 });
  }
  return results;
}

async function runVitest(args: string[]): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-report-'));
  const file = join(directory, 'tests.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const coverage = args.length > 0 ? [] : ['--coverage'];
    const code = await runNode(['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...coverage, ...args]);
    return countTests(readReport(file), code, process.cwd());
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return undefined; // Vitest did not get as far as writing one
  }
}
