import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root } from './source-files.ts';

const pages = new Map(
  filesBelow('.')
    .filter(({ path }) => path.endsWith('.md'))
    .map(({ path, text }) => [path, linksOf(path, text)] as const),
);

/** What a page links to inside the repository, without anchors. */
function linksOf(path: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target!);
  return targets.map((target) => normalize(join(dirname(path), target)));
}

test('every link of a page leads somewhere', () => {
  const broken = [...pages].flatMap(([path, links]) =>
    links.filter((link) => !existsSync(join(root, link))).map((link) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('every page of the docs can be found from the README', () => {
  const reached = new Set(['README.md']);
  for (const path of reached) for (const link of pages.get(path) ?? []) reached.add(link);
  const docs = [...pages.keys()].filter((path) => /^(?:docs|deploy)\//.test(path));
  expect(docs.length).toBeGreaterThan(20);
  expect(docs.filter((path) => !reached.has(path))).toEqual([]);
});
