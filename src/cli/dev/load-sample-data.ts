import { generateSamples } from '../../shadow/sample-data/generate-samples.ts';
import { ndjsonLines } from '../../shadow/sample-data/ndjson-lines.ts';

/** Not `default`: what a developer uploads without naming a dataset must not be mixed with made-up traffic. */
export const SAMPLE_DATASET = 'sample';
/** Enough for intervals of about ±1 % and for an evaluation that is over before the eye notices. */
const SAMPLE_COUNT = 8_000;
const SAMPLE_SEED = 1;
const UPLOAD_MS = 120_000;

/**
 * Uploads the shipped sample traffic through the API, as a user would, unless the dataset is there already.
 *
 * @returns how many samples were stored; 0 when there was nothing to do.
 */
export async function loadSampleData(apiUrl: string, key: string, signal: AbortSignal): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_MS)]);
  const listed = await fetch(`${apiUrl}/samples/datasets`, { headers, signal: bounded });
  const { datasets } = (await answerOf(listed)) as { datasets: { name: string }[] };
  if (datasets.some(({ name }) => name === SAMPLE_DATASET)) return 0;
  const response = await fetch(`${apiUrl}/samples?dataset=${SAMPLE_DATASET}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(ndjsonLines(generateSamples(SAMPLE_SEED, SAMPLE_COUNT))),
    duplex: 'half',
    signal: bounded,
  });
  const { stored } = (await answerOf(response)) as { stored: number };
  return stored;
}

async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Error(
    `The sample data could not be loaded: ${response.url} answered ${response.status} ${await response.text()}`,
  );
}
