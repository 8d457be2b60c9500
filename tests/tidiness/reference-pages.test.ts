import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { references } from '../../scripts/reference/references.ts';
import { errorCodes } from '../../src/platform/error-codes.ts';

const root = new URL('../../', import.meta.url);

describe('the generated reference pages', () => {
  test.each(references())('$path is current', ({ path, text }) => {
    expect(readFileSync(new URL(path, root), 'utf8'), 'run `npm run docs`').toBe(text);
  });
});

describe('error codes', () => {
  const thrown =
    /new (?:AssayError\(\s*\d+,|ConflictError\(|UnavailableError\(|super\(\s*\d+,)\s*'([a-z_]+)'/g;

  test('every code in the sources has a title and a meaning', () => {
    const sources = globSync('src/**/*.ts', { cwd: root.pathname, exclude: ['**/*.test.ts'] });
    const codes = sources.flatMap((path) => {
      const source = readFileSync(new URL(path, root), 'utf8');
      return [...source.matchAll(thrown), ...source.matchAll(/super\(\s*\d+,\s*'([a-z_]+)'/g)].map(
        (match) => match[1]!,
      );
    });
    expect(codes.length).toBeGreaterThan(5);
    expect([...new Set(codes)].filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([]);
  });
});
