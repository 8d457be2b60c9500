import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { ApiClient, apiAddress } from './support/api-client.ts';
import { followEvaluation } from './support/follow-evaluation.ts';
import { ProgressLine } from './support/progress-line.ts';
import { reportClientFailure } from './support/report-client-failure.ts';
import { comparisonTable, count, findingsText } from './support/report-text.ts';

export const summary = 'Replay a rule over a dataset and print its report';

const usage = `Usage: assay evaluate --rule FILE|JSON [--dataset NAME] [--baseline FILE|JSON] [--tenant T]
                      [--rule-id ID] [--sample-size N] [--json]

A rule is its rule_config, such as '{"type":"signature","pattern":"<script"}'.
The API is the one \`npm start\` runs, or ASSAY_API_URL with ASSAY_API_KEY.
`;

/** Exit codes: 0 evaluated, 1 failed, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  let body: Record<string, unknown>;
  try {
    values = parse(argv);
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    body = requestOf(values);
  } catch (error) {
    process.stderr.write(`assay evaluate: ${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  try {
    const client = new ApiClient(apiAddress(processEnvironment()));
    const { eval_id } = await client.call<{ eval_id: string }>('POST', '/shadow/evaluate', body);
    const line = new ProgressLine(process.stderr, 'evaluating');
    const result = await followEvaluation(client, eval_id, (done, total) => line.update(done, total));
    line.finish(
      `${count(result.progress.total)} samples in ${count(result.execution_time_ms)} ms (${eval_id})`,
    );
    if (values.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    else {
      const baseline =
        result.comparison === null ? [] : [{ name: 'baseline', report: result.comparison.baseline }];
      process.stdout.write(`\n${comparisonTable([...baseline, { name: result.rule_id, report: result }])}\n`);
      process.stdout.write(findingsText(result.rule_id, result));
    }
    return 0;
  } catch (error) {
    return reportClientFailure('assay evaluate', error);
  }
}

function parse(argv: string[]) {
  return parseArgs({
    args: argv,
    options: {
      rule: { type: 'string' },
      'rule-id': { type: 'string', default: 'cli' },
      dataset: { type: 'string', default: 'default' },
      baseline: { type: 'string' },
      tenant: { type: 'string' },
      'sample-size': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}

function requestOf(values: ReturnType<typeof parse>): Record<string, unknown> {
  if (values.rule === undefined) throw new Error('give the rule with --rule');
  const size = values['sample-size'];
  if (size !== undefined && !/^[1-9]\d*$/.test(size))
    throw new Error(`--sample-size is ${size}, expected a count`);
  return {
    rule_id: values['rule-id'],
    rule_config: readRule('--rule', values.rule),
    dataset: values.dataset,
    ...(values.baseline === undefined
      ? {}
      : { baseline: { rule_config: readRule('--baseline', values.baseline) } }),
    ...(values.tenant === undefined ? {} : { tenant_id: values.tenant }),
    ...(size === undefined ? {} : { sample_size: Number(size) }),
  };
}

/** JSON as it stands, or a file that holds it. Whether it is a rule is for the API to say. */
function readRule(option: string, text: string): unknown {
  const json = text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8');
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`${option} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
