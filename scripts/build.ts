// npm run build [-- DIRECTORY]: emits JavaScript, since Node refuses to strip types below node_modules, and copies what
// the code reads at run time (SQL, Lua). DIRECTORY is dist unless named. The two commands that run beside pods become a file
// each: a killed sidecar is back 50 ms sooner than from 150 modules, and takes 8 MB less.
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
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
  const packages = /^[a-z@]/;
  for (const file of ['sidecar.js', 'injector.js'].map((name) => join(directory, 'cli', name)))
    await build({ input: file, platform: 'node', external: packages, output: { file } });
}
