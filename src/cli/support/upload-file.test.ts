import { expect, test } from 'vitest';
import { formatOf } from './upload-file.ts';

test.each([
  ['traffic.ndjson', 'ndjson'],
  ['Traffic.JSONL.gz', 'ndjson'],
  ['/a/b.csv.gz', 'csv'],
  ['browser.har', 'har'],
])('%s is %s', (file, format) => expect(formatOf(file)).toBe(format));

test('a name that does not tell is refused with the way out', () => {
  expect(() => formatOf('traffic.json')).toThrow('let it end in .ndjson, .csv or .har');
});
