// npm run simulate -- [--seed S] [--events N]: the lease protocol under faults, checked after every event.
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, events: { type: 'string', default: '1000000' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const events = Number(values.events);
process.stdout.write(`seed ${seed}\n`);
const startedAt = performance.now();
const result = await simulate({ seed, events });
const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(`${JSON.stringify(result)}\n${Math.round(result.events / seconds)} events/s\n`);
