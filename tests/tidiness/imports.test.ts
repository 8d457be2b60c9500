import { expect, test } from 'vitest';
import { findCycles, valueImports } from './imports.ts';

test('imports of values are found, those of types are not', () => {
  const text = [
    `import { a } from './a.ts';`,
    `import {\n  b,\n  c,\n} from '../b/c.ts';`,
    `import type { T } from './type.ts';`,
    `import { type U, d } from './d.ts';`,
    `export { e } from './e.ts';`,
    `import './effect.ts';`,
    `const f = await import('./f.ts');`,
    `import pg from 'pg';`,
  ].join('\n');
  expect(valueImports({ path: 'src/x/y.ts', text })).toEqual([
    'src/x/a.ts',
    'src/b/c.ts',
    'src/x/d.ts',
    'src/x/e.ts',
    'src/x/effect.ts',
    'src/x/f.ts',
  ]);
});

test('a cycle is told by its members in order', () => {
  const file = (path: string, ...imports: string[]) => ({
    path,
    text: imports.map((name) => `import '${name}';`).join('\n'),
  });
  const files = [file('a.ts', './b.ts'), file('b.ts', './c.ts'), file('c.ts', './b.ts')];
  expect(findCycles(files)).toEqual([['b.ts', 'c.ts', 'b.ts']]);
});
