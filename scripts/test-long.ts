// npm run test:faults -- --minutes N [--seed S]: the fault tests, breaking things for N minutes.
// npm run test:audit [-- --seed S]: 50 kills, 2,000 tamperings of 20,000 entries and a million clean ones, however long it takes.
// npm run test:sidecar [-- --seed S]: 100 kills, 50 terminations, 20 processes sharing 10,000 credits, a ledger away for 30 s.
// npm run test:gate [-- --seed S]: 100,000 sequences of commands at the gate, and 300 with crashes, however long it takes.
// npm run test:model -- --minutes N [--seed S]: the ledger against its model for N minutes.
import { parseArgs } from 'node:util';
import { runNode } from './run-node.ts';

const tests: Record<string, string[]> = {
  faults: ['tests/faults'],
  gate: ['tests/gate'],
  model: ['tests/ledger-model'],
  audit: ['tests/faults/audit-crash', 'src/audit/verify'],
  sidecar: ['tests/sidecar'],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const chosen = tests[positionals[0] ?? ''];
const minutes = Number(values.minutes);
if (chosen === undefined || !(minutes > 0) || (values.seed !== undefined && !/^\d+$/.test(values.seed))) {
  process.stderr.write(
    'expected: audit|faults|gate|model|sidecar --minutes N [--seed S], with N above 0 and S a whole number\n',
  );
  process.exitCode = 2;
} else {
  process.env.ASSAY_TEST_MINUTES = values.minutes;
  if (values.seed !== undefined) process.env.ASSAY_TEST_SEED = values.seed;
  // One file at a time: two that break things at once would each time out for the other's faults.
  process.exitCode = await runNode([
    'node_modules/vitest/vitest.mjs',
    'run',
    ...chosen,
    '--no-file-parallelism',
    '--disable-console-intercept',
  ]);
}
