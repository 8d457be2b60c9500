import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  path: string;
  text: string;
}

const NOT_OURS = new Set(['node_modules', '.git', '.assay', 'dist', 'coverage', 'results']);

/** Every text file of the checkout below `folder`, in order of path. */
export function filesBelow(folder: string): SourceFile[] {
  return pathsBelow(folder).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function pathsBelow(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return pathsBelow(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** Code of the product: no tests and nothing that only they use. */
export function productFiles(): SourceFile[] {
  return filesBelow('src').filter(
    ({ path }) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/test-support/'),
  );
}
