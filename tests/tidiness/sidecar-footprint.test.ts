import { execFileSync } from 'node:child_process';
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
  // Built, each of the two commands is one file.
  for (const path of [...reach('src/cli/main.ts'), 'src/cli/sidecar.ts', 'src/cli/injector.ts'])
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

test('it starts without undici and TLS, which `import` of node:http would bring with it', () => {
  const entry = new URL('../../src/sidecar/server/start-sidecar.ts', import.meta.url);
  const script = `await import('${entry}'); console.log(process.moduleLoadList.join('\\n'))`;
  const loaded = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(loaded).toMatch(/^NativeModule http$/m);
  expect(loaded).not.toMatch(/undici|^NativeModule https$/m);
});
