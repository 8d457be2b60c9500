/**
 * The members of `\p{…}`, asked of the engine once per property, so that they agree with its
 * version of Unicode: one pass of `/\p{…}+/gu` over every code point takes about 10 ms.
 */
import { type CharSet, fromRanges } from './char-set.ts';

/** There are some 400 properties; a thread keeps the last 64 asked for, of at most 10 kB each. */
const cachedPropertiesMax = 64;
const cache = new Map<string, CharSet>();

/** @throws SyntaxError when the engine does not know the property. */
export function unicodeProperty(key: string, value: string | null): CharSet {
  const name = value === null ? key : `${key}=${value}`;
  const known = cache.get(name);
  if (known !== undefined) return known;
  const derived = derive(name);
  if (cache.size >= cachedPropertiesMax) cache.delete(cache.keys().next().value!);
  cache.set(name, derived);
  return derived;
}

function derive(name: string): CharSet {
  const runs = new RegExp(`\\p{${name}}+`, 'gu');
  const found: [number, number][] = [];
  const blockSize = 0x1000;
  for (let base = 0; base <= 0x10ffff; base += blockSize) {
    if (base === 0xd000) {
      collectRuns(runs, 0xd000, 0xd7ff, found);
      // A text cannot hold surrogates in order without forming pairs: each is asked for alone.
      for (let unit = 0xd800; unit <= 0xdfff; unit++) collectRuns(runs, unit, unit, found);
      base = 0xe000 - blockSize;
    } else {
      collectRuns(runs, base, base + blockSize - 1, found);
    }
  }
  return fromRanges(found);
}

function collectRuns(runs: RegExp, low: number, high: number, found: [number, number][]): void {
  const codePoints = Array.from({ length: high - low + 1 }, (_, k) => low + k);
  const text = String.fromCodePoint(...codePoints);
  const width = low > 0xffff ? 2 : 1;
  for (const match of text.matchAll(runs)) {
    found.push([low + match.index / width, low + (match.index + match[0].length) / width - 1]);
  }
}
