// npm run build [-- DIRECTORY]: emits JavaScript, since Node refuses to strip types below node_modules, and copies what
// the code reads at run time (SQL, Lua). DIRECTORY is dist unless named.
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode } from './run-node.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = resolve(process.argv[2] ?? join(root, 'dist'));

rmSync(directory, { recursive: true, force: true });
process.exitCode = await runNode([
  join(root, 'node_modules/typescript/bin/tsc'),
  ...['-p', join(root, 'tsconfig.build.json'), '--outDir', directory],
]);
if (process.exitCode === 0) {
  const isAsset = (path: string) => !/\.(ts|md)$/.test(path) && !path.includes('test-support');
  cpSync(join(root, 'src'), directory, { recursive: true, filter: isAsset });
  chmodSync(join(directory, 'cli', 'main.js'), 0o755);
}
