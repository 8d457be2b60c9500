import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { valueImports } from './imports.ts';
import { productFiles } from './source-files.ts';

const files = new Map(productFiles().map((file) => [file.path, file]));
const dockerfile = readFileSync(new URL('../../deploy/sidecar/Dockerfile', import.meta.url), 'utf8');
const { packages } = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
) as { packages: Record<string, { dependencies?: Record<string, string> }> };

/** Everything that these files bring with them. */
function reach(...entries: string[]): string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const file = files.get(path);
    if (file === undefined || seen.has(path)) return;
    seen.add(path);
    for (const next of valueImports(file)) visit(next);
  };
  for (const entry of entries) visit(entry);
  return [...seen].sort();
}

function packagesOf(paths: string[]): string[] {
  const form = /^(?:import|export)\s+(?!type\s)(?:[^'";]*?\sfrom\s+)?'([^'.][^']*)'/gm;
  const names = paths.flatMap((path) => [...files.get(path)!.text.matchAll(form)].map((match) => match[1]!));
  return [...new Set(names.filter((name) => !name.startsWith('node:')))];
}

test('the sidecar and the injector import nothing but pino: one runs beside every pod', () => {
  const paths = reach('src/cli/sidecar.ts', 'src/cli/injector.ts');
  expect(paths).toContain('src/sidecar/core/engine.ts');
  expect(packagesOf(paths)).toEqual(['pino']);
});

test('their image has all that they import, and what pino needs', () => {
  const elsewhere = reach('src/cli/main.ts', 'src/cli/sidecar.ts', 'src/cli/injector.ts').filter(
    (path) => !path.startsWith('src/sidecar/') && !path.startsWith('src/platform/'),
  );
  for (const path of elsewhere)
    expect(dockerfile).toContain(path.replace('src/', 'dist/').replace(/\.ts$/, '.js'));
  const needed = new Set<string>();
  const visit = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const next of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) visit(next);
  };
  visit('pino');
  const [, copied = ''] = /for name in ((?:[^;]|\n)*?);/.exec(dockerfile) ?? [];
  const names = copied.replaceAll('\\', ' ').split(/\s+/).filter(Boolean);
  expect(names.sort()).toEqual([...needed].sort());
});
