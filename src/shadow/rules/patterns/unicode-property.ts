/**
 * The members of `\p{…}`, asked of the engine once per property, so that they agree with its
 * version of Unicode: one pass of `/\p{…}+/gu` over every code point takes some milliseconds.
 */
import { type CharSet, fromRanges } from './char-set.ts';

/** More than there are properties and scripts (some 400); each takes a few kilobytes. */
const cachedPropertiesMax = 512;
const cache = new Map<string, CharSet>();

/** Every code point in order, cut so that no two surrogates meet and form a pair: 4 MiB, made once. */
let blocks: { first: number; text: string }[] | undefined;

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
  blocks ??= allCodePoints();
  const found: [number, number][] = [];
  for (const { first, text } of blocks) {
    const width = first > 0xffff ? 2 : 1;
    for (const match of text.matchAll(runs)) {
      found.push([first + match.index / width, first + (match.index + match[0].length) / width - 1]);
    }
  }
  return fromRanges(found);
}

function allCodePoints(): { first: number; text: string }[] {
  const out = [];
  const size = 0x1000;
  for (let first = 0; first <= 0x10ffff; first += size) {
    // Leads and trails are apart in different blocks but for this one, which holds both.
    const cuts = first === 0xd000 ? [0xd000, 0xdc00, 0xe000] : [first, first + size];
    for (let k = 0; k + 1 < cuts.length; k++) {
      const codePoints = Array.from({ length: cuts[k + 1]! - cuts[k]! }, (_, j) => cuts[k]! + j);
      out.push({ first: cuts[k]!, text: String.fromCodePoint(...codePoints) });
    }
  }
  return out;
}
