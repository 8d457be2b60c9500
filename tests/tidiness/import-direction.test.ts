import { expect, test } from 'vitest';
import { findCycles, valueImports } from './imports.ts';
import { productFiles } from './source-files.ts';

/**
 * What each folder may import, itself aside: the first rule whose folder holds the file decides. This is the table of
 * ARCHITECTURE.md; a change here is a change of the architecture.
 */
const RULES: [folder: string, mayImport: string[]][] = [
  ['src/stats/', []],
  ['src/platform/', []],
  ['src/audit/', ['src/platform/']],
  ['src/ledger/', ['src/audit/', 'src/platform/']],
  // What threads run: pure, no database.
  ['src/shadow/rules/', ['src/shadow/batch/', 'src/stats/', 'src/platform/errors.ts']],
  ['src/shadow/batch/', ['src/stats/', 'src/platform/errors.ts']],
  ['src/shadow/report/', ['src/shadow/batch/', 'src/stats/', 'src/platform/errors.ts']],
  ['src/shadow/', ['src/stats/', 'src/audit/', 'src/platform/']],
  [
    'src/workers/',
    ['src/stats/', 'src/shadow/rules/', 'src/shadow/batch/', 'src/shadow/report/', 'src/platform/errors.ts'],
  ],
  ['src/queue/jobs/', ['src/platform/']],
  ['src/queue/', ['src/workers/', 'src/stats/', 'src/shadow/', 'src/ledger/', 'src/audit/', 'src/platform/']],
  ['src/locator/', ['src/platform/']],
  ['src/sidecar/', ['src/platform/']],
  [
    'src/api/',
    [
      'src/queue/jobs/',
      'src/ledger/',
      'src/shadow/',
      'src/audit/',
      'src/locator/',
      'src/stats/',
      'src/platform/',
    ],
  ],
  ['src/cli/', ['src/']],
];

const files = productFiles();

test('imports point one way', () => {
  const wrong = files.flatMap((file) => {
    const rule = RULES.find(([folder]) => file.path.startsWith(folder));
    if (rule === undefined) return [`${file.path} lies in no folder with a rule; add one`];
    const [folder, mayImport] = rule;
    return valueImports(file)
      .filter((target) => ![folder, ...mayImport].some((allowed) => target.startsWith(allowed)))
      .map(
        (target) =>
          `${file.path} imports ${target}; ${folder} may import ${mayImport.join(', ') || 'nothing of ours'}`,
      );
  });
  expect(wrong).toEqual([]);
});

test('no file imports itself in a circle', () => {
  expect(findCycles(files).map((cycle) => cycle.join(' → '))).toEqual([]);
});
