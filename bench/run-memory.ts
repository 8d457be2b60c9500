import { formatMemoryRow, measureMemory } from './memory.ts';
import { withBenchServer } from './server.ts';

/** `npm run bench:memory`: a worker's peak resident memory at 100,000 and at 1,000,000 samples, three kinds of rule. */
const rows = await withBenchServer(1, (context) =>
  measureMemory(context, { small: 100_000, large: 1_000_000 }),
);
process.stdout.write(`\n${rows.map(formatMemoryRow).join('\n')}\n`);
