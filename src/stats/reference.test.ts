import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const reference = readFileSync(new URL('../../docs/reference/statistics.md', import.meta.url), 'utf8');
const files = readdirSync(new URL('.', import.meta.url)).filter((file) => /(?<!\.test)\.ts$/.test(file));

test('docs/reference/statistics.md names every file, and no other', () => {
  const named = [...reference.matchAll(/`([a-z0-9-]+\.ts)`/g)].map(([, file]) => file!);
  expect(named.toSorted()).toEqual(files.toSorted());
});

test('what it says that a file has is there', async () => {
  for (const line of reference.split('\n')) {
    const [, named = '', functions = ''] = line.split('|');
    const exported: string[] = [];
    for (const [, file] of named.matchAll(/`([a-z0-9-]+\.ts)`/g)) {
      exported.push(...Object.keys(await import(new URL(file!, import.meta.url).href)));
    }
    if (exported.length === 0) continue;
    for (const [, name] of functions.matchAll(/`(\w+)`/g)) expect(exported, line).toContain(name);
  }
});
