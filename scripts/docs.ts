import { writeFileSync } from 'node:fs';
import { references } from './reference/references.ts';

/** `npm run docs`: writes the reference pages that are made from the sources. A test checks that they are current. */
for (const { path, text } of references()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  process.stdout.write(`wrote ${path}\n`);
}
