import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { countMatches, loadSamples, type ReferenceRule } from './evaluation-reference.ts';

interface Answer {
  matches: number;
  milliseconds: number;
}

/**
 * The reference on a thread of its own: its samples, objects by the hundred thousand, would otherwise be marked again by
 * every collection of the process that evaluates, which no worker of ours has to bear.
 */
export class ReferenceThread {
  readonly #thread: Worker;

  constructor(files: string[]) {
    // The process has a worker's small young generation; the reference gets what Node gives by default.
    const resourceLimits = { maxYoungGenerationSizeMb: 48 };
    this.#thread = new Worker(new URL(import.meta.url), { workerData: files, resourceLimits });
  }

  /** @returns how many samples there are. */
  async loaded(): Promise<number> {
    const [samples] = (await once(this.#thread, 'message')) as [number];
    return samples;
  }

  /** Counts a rule over all samples, `times` over. */
  async count(rule: ReferenceRule, times: number): Promise<Answer> {
    this.#thread.postMessage({ rule, times });
    const [answer] = (await once(this.#thread, 'message')) as [Answer];
    return answer;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const samples = await loadSamples(workerData);
  port.on('message', ({ rule, times }: { rule: ReferenceRule; times: number }) => {
    const startedAt = performance.now();
    let matches = 0;
    for (let time = 0; time < times; time++) matches += countMatches(samples, rule);
    port.postMessage({ matches, milliseconds: performance.now() - startedAt } satisfies Answer);
  });
  port.postMessage(samples.length);
}
