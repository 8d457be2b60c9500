import { parseArgs } from 'node:util';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { ApiClient, apiAddress } from './support/api-client.ts';
import { ProgressLine } from './support/progress-line.ts';
import { reportClientFailure } from './support/report-client-failure.ts';
import { count } from './support/report-text.ts';
import { contentTypes, type FileFormat, uploadFile } from './support/upload-file.ts';

export const summary = 'Upload labelled traffic (NDJSON, CSV or HAR, gzip or not) into a dataset';

const usage = `Usage: assay import FILE... --dataset NAME [--tenant T] [--label attack|benign] [--format ndjson|csv|har]

The API is the one \`npm start\` runs, or ASSAY_API_URL with ASSAY_API_KEY.
`;

/** Exit codes: 0 all lines stored, 1 failed or lines were rejected, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  let values: ReturnType<typeof parse>['values'];
  let files: string[];
  try {
    ({ values, positionals: files } = parse(argv));
    if (values.help) return write(process.stdout, usage, 0);
    check(files, values);
  } catch (error) {
    return write(process.stderr, `assay import: ${(error as Error).message}\n\n${usage}`, 2);
  }
  try {
    const client = new ApiClient(apiAddress(processEnvironment()));
    let rejected = 0;
    for (const file of files) {
      const line = new ProgressLine(process.stderr, file);
      const answer = await uploadFile(client, file, {
        dataset: values.dataset!,
        tenantId: values.tenant,
        label: values.label as 'attack' | 'benign' | undefined,
        format: values.format as FileFormat | undefined,
        onProgress: (done, total) => line.update(done, total),
      });
      line.finish(
        `${count(answer.stored)} samples stored in ${answer.dataset}, ${count(answer.rejected)} rejected`,
      );
      for (const { line: number, reason } of answer.errors) {
        process.stderr.write(`  line ${number}: ${reason}\n`);
      }
      rejected += answer.rejected;
    }
    return rejected === 0 ? 0 : 1;
  } catch (error) {
    return reportClientFailure('assay import', error);
  }
}

function parse(argv: string[]) {
  return parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      dataset: { type: 'string' },
      tenant: { type: 'string' },
      label: { type: 'string' },
      format: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function check(files: string[], values: ReturnType<typeof parse>['values']): void {
  if (files.length === 0) throw new Error('name a file');
  if (values.dataset === undefined) throw new Error('name the dataset with --dataset');
  if (values.label !== undefined && values.label !== 'attack' && values.label !== 'benign') {
    throw new Error(`--label is ${values.label}, expected attack or benign`);
  }
  if (values.format !== undefined && !Object.hasOwn(contentTypes, values.format)) {
    throw new Error(`--format is ${values.format}, expected ${Object.keys(contentTypes).join(', ')}`);
  }
}

function write(to: NodeJS.WriteStream, text: string, code: number): number {
  to.write(text);
  return code;
}
