import { posix } from 'node:path';
import type { SourceFile } from './source-files.ts';

const STATIC = /^(?:import|export)\s+(?!type\s)(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'(\.[^']+)'\s*\)/g;

/** The files of ours that a file imports for their values: `import type` is gone before anything runs. */
export function valueImports({ path, text }: SourceFile): string[] {
  return [STATIC, DYNAMIC].flatMap((form) =>
    [...text.matchAll(form)].map((match) => posix.join(posix.dirname(path), match[1]!)),
  );
}

/** One cycle a strongly connected group of files, as the list of files in order; empty when there is none. */
export function findCycles(files: SourceFile[]): string[][] {
  const imports = new Map(files.map((file) => [file.path, valueImports(file)]));
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const cycles: string[][] = [];
  const visit = (path: string): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path]);
      return;
    }
    state.set(path, 'open');
    trail.push(path);
    for (const next of imports.get(path) ?? []) visit(next);
    trail.pop();
    state.set(path, 'done');
  };
  for (const path of imports.keys()) visit(path);
  return cycles;
}
