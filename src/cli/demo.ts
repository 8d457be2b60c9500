import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { generateSamples } from '../shadow/sample-data/generate-samples.ts';
import { ndjsonLines } from '../shadow/sample-data/ndjson-lines.ts';
import { stateDirectory } from './dev/state-directory.ts';
import { ApiClient, ApiProblem, apiAddress } from './support/api-client.ts';
import { baselineRule, type DemoRule, demoRules } from './support/demo-rules.ts';
import { type DevStack, ensureDevStack } from './support/dev-stack.ts';
import { type FinishedEvaluation, followEvaluation } from './support/follow-evaluation.ts';
import { ProgressLine } from './support/progress-line.ts';
import { reportClientFailure } from './support/report-client-failure.ts';
import { comparisonTable, count, findingsText } from './support/report-text.ts';
import { formatOf, type UploadAnswer, uploadChunks, uploadFile } from './support/upload-file.ts';

export const summary = 'Show the main job: upload labelled traffic, evaluate three rules against a baseline';

const usage = `Usage: assay demo [--data FILE]... [--label attack|benign]

FILE is NDJSON, CSV or HAR, gzip or not; --label for files that carry none, such as HAR. Without --data it takes
../shared/data/*.gz where there is such a folder, and otherwise traffic made by the shipped generator. The stack is
started if it is not up, and then stopped at the end.
`;

/** Several thousand, as the data set that `assay dev` loads. */
const generatedSamples = 6_000;
const generatedSeed = 1;

/** Exit codes: 0 shown, 1 failed, 2 wrong use, 130 interrupted. */
export async function run(argv: string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(argv);
    const missing = values.data.find((file) => !existsSync(file));
    if (missing !== undefined) throw new Error(`there is no file ${missing}`);
    // Before a stack is started for nothing.
    for (const file of values.data) formatOf(file);
  } catch (error) {
    process.stderr.write(`assay demo: ${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  let stack: DevStack | undefined;
  try {
    stack = await startStack(stop.signal);
    await Promise.race([
      demonstrate(new ApiClient(apiAddress(processEnvironment())), values),
      rejectedWhenAborted(stop.signal),
    ]);
    return 0;
  } catch (error) {
    return stop.signal.aborted ? 130 : reportClientFailure('assay demo', error);
  } finally {
    if (stack?.started) process.stderr.write('stopping what was started …\n');
    await stack?.stop();
  }
}

function rejectedWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function parse(argv: string[]) {
  const { values } = parseArgs({
    args: argv,
    options: {
      data: { type: 'string', multiple: true, default: [] },
      label: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { label } = values;
  if (label === undefined || label === 'attack' || label === 'benign') return { ...values, label } as const;
  throw new Error(`--label is ${label}, expected attack or benign`);
}

/** Nothing is started where the environment names an API. */
async function startStack(signal: AbortSignal): Promise<DevStack | undefined> {
  if (processEnvironment().ASSAY_API_URL) return undefined;
  process.stderr.write('looking for the stack, starting it if need be …\n');
  return await ensureDevStack(stateDirectory(process.cwd()), signal);
}

async function demonstrate(client: ApiClient, values: ReturnType<typeof parse>): Promise<void> {
  const files = values.data.length > 0 ? values.data : sharedFiles();
  const dataset = datasetName(files);
  await removeDataset(client, dataset);
  const uploads =
    files.length > 0
      ? await uploadAll(client, dataset, files, values.label)
      : [await generate(client, dataset)];
  const stored = uploads.reduce((sum, upload) => sum + upload.stored, 0);
  if (stored === 0) throw new Error('no sample was stored, so there is nothing to evaluate');

  const results: { rule: DemoRule; result: FinishedEvaluation }[] = [];
  for (const rule of demoRules) results.push({ rule, result: await evaluate(client, dataset, rule) });
  const baseline = results[0]!.result.comparison!.baseline;
  const rows = results.map(({ rule, result }) => ({ name: rule.name, report: result }));
  process.stdout.write(`\n${comparisonTable([{ name: baselineRule.name, report: baseline }, ...rows])}`);
  process.stdout.write('In brackets: 95 % intervals (Wilson).\n\n');
  for (const { rule, result } of results) process.stdout.write(`${findingsText(rule.name, result)}\n`);
  process.stdout.write(
    `The samples stay in the dataset "${dataset}"; try assay evaluate --dataset ${dataset} --rule …\n`,
  );
}

/** Traffic that may lie beside the checkout; it is not shipped. */
function sharedFiles(): string[] {
  const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
  return globSync('*.ndjson.gz', { cwd: folder })
    .sort()
    .map((name) => join(folder, name));
}

/** The same files give the same name, so that demos do not pile up. */
function datasetName(files: readonly string[]): string {
  return `demo-${createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 8)}`;
}

async function removeDataset(client: ApiClient, dataset: string): Promise<void> {
  try {
    await client.call('DELETE', `/samples/datasets/${dataset}`);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 404)) throw error;
  }
}

async function uploadAll(
  client: ApiClient,
  dataset: string,
  files: readonly string[],
  label: 'attack' | 'benign' | undefined,
): Promise<UploadAnswer[]> {
  const answers: UploadAnswer[] = [];
  for (const file of files) {
    const line = new ProgressLine(process.stderr, `uploading ${basename(file)}`);
    const onProgress = (done: number, total: number) => line.update(done, total);
    const answer = await uploadFile(client, file, { dataset, label, onProgress });
    line.finish(`${count(answer.stored)} samples, ${count(answer.rejected)} rejected`);
    for (const { line: number, reason } of answer.errors.slice(0, 5)) {
      process.stderr.write(`  line ${number}: ${reason}\n`);
    }
    answers.push(answer);
  }
  return answers;
}

async function generate(client: ApiClient, dataset: string): Promise<UploadAnswer> {
  const line = new ProgressLine(process.stderr, 'uploading generated traffic');
  const chunks = ndjsonLines(generateSamples(generatedSeed, generatedSamples));
  const answer = await uploadChunks(client, chunks, { dataset });
  line.finish(`${count(answer.stored)} samples`);
  return answer;
}

async function evaluate(client: ApiClient, dataset: string, rule: DemoRule): Promise<FinishedEvaluation> {
  const line = new ProgressLine(process.stderr, `evaluating ${rule.name}`);
  const { eval_id } = await client.call<{ eval_id: string }>('POST', '/shadow/evaluate', {
    rule_id: rule.id,
    rule_name: rule.name,
    rule_config: rule.config,
    dataset,
    baseline: { rule_config: baselineRule.config },
  });
  const result = await followEvaluation(client, eval_id, (done, total) => line.update(done, total));
  line.finish(`${count(result.progress.total)} samples in ${count(result.execution_time_ms)} ms`);
  return result;
}
