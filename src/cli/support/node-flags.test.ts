import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeFlags } from './node-flags.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('the launcher of a checkout starts each command with its flags', () => {
  const form =
    /^\[ "\$1" = (\w+) \] && exec "\$here\/scripts\/run" (.*) "\$here\/src\/cli\/main\.ts" "\$@"$/gm;
  const launched = [...read('assay').matchAll(form)].map(([, command = '', flags = '']) => [command, flags]);
  expect(launched.map(([command]) => command)).toEqual(['api', 'worker', 'sidecar']);
  for (const [command, flags] of launched) expect(flags).toBe(nodeFlags(command!).join(' '));
});

test('so does the image of the sidecar', () => {
  const [, arguments_ = '[]'] = /^ENTRYPOINT (.*)$/m.exec(read('deploy/sidecar/Dockerfile')) ?? [];
  expect(JSON.parse(arguments_).slice(1, -1)).toEqual(nodeFlags('sidecar'));
});
