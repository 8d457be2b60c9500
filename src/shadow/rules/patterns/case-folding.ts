/**
 * What the flag `i` adds to a character class, exactly as ECMAScript's `Canonicalize` says
 * (ECMA-262, 22.2.2.7.3). Without `u` two units are equal when their `toUpperCase` is, except that
 * a mapping to several units, or from outside ASCII into it, does not count; with `u` Unicode's
 * simple case folding decides, which is why `/k/iu` matches the Kelvin sign and `/k/i` does not.
 *
 * The tables are asked of the engine itself, once and on first use, rather than shipped: they then
 * agree with its version of Unicode. Each takes 10 to 25 ms to derive.
 */
import { type CharSet, has, rangesOf, sizeOf, union } from './char-set.ts';

/** Member → every member of its class, itself included; only characters that have others. */
type Equivalence = ReadonlyMap<number, readonly number[]>;

let unitEquivalence: Equivalence | undefined;
let codePointEquivalence: Equivalence | undefined;

/** The set with, for each member, everything `Canonicalize` equates with it. */
export function closeOverCase(set: CharSet, unicode: boolean): CharSet {
  if (unicode) codePointEquivalence ??= deriveCodePointEquivalence();
  else unitEquivalence ??= deriveUnitEquivalence();
  const equivalence = (unicode ? codePointEquivalence : unitEquivalence)!;
  const added: number[] = [];
  if (sizeOf(set) <= equivalence.size) {
    for (const [low, high] of rangesOf(set)) {
      for (let c = low; c <= high; c++) added.push(...(equivalence.get(c) ?? []));
    }
  } else {
    for (const [member, others] of equivalence) if (has(set, member)) added.push(...others);
  }
  const missing = added.filter((c) => !has(set, c));
  return missing.length === 0 ? set : union(set, ...missing.map((c) => [c, c]));
}

function canonicalUnit(unit: number): number {
  const upper = String.fromCharCode(unit).toUpperCase();
  if (upper.length !== 1) return unit;
  const code = upper.charCodeAt(0);
  return unit >= 128 && code < 128 ? unit : code;
}

function deriveUnitEquivalence(): Equivalence {
  const byCanonical = new Map<number, number[]>();
  for (let unit = 0; unit <= 0xffff; unit++) {
    const canonical = canonicalUnit(unit);
    const members = byCanonical.get(canonical);
    if (members === undefined) byCanonical.set(canonical, [unit]);
    else members.push(unit);
  }
  return indexed(byCanonical.values());
}

/**
 * Candidates share an upper-case or a lower-case text (the full mappings, several characters long
 * at times, are coarser than simple folding); the engine then says which really are equal.
 */
function deriveCodePointEquivalence(): Equivalence {
  const candidates = new Map<string, number[]>();
  const propose = (text: string, codePoint: number) => {
    const members = candidates.get(text);
    if (members === undefined) candidates.set(text, [codePoint]);
    else members.push(codePoint);
  };
  // Cased scripts end well below U+20000; the planes above hold ideographs and no letters with case.
  for (let codePoint = 0; codePoint < 0x20000; codePoint++) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    const text = String.fromCodePoint(codePoint);
    const lower = text.toLowerCase();
    const upper = text.toUpperCase();
    if (lower === text && upper === text) continue;
    for (const proposal of new Set([text, lower, upper, lower.toUpperCase(), upper.toLowerCase()])) {
      propose(proposal, codePoint);
      if (proposal.length <= 2 && [...proposal].length === 1) propose(proposal, proposal.codePointAt(0)!);
    }
  }
  return indexed(confirmedClasses(candidates.values()));
}

function confirmedClasses(groups: Iterable<number[]>): Iterable<number[]> {
  const classOf = new Map<number, Set<number>>();
  for (const group of groups) {
    const members = [...new Set(group)];
    for (const [k, a] of members.entries()) {
      const others = members.slice(k + 1).filter((b) => !classOf.get(a)?.has(b));
      if (others.length === 0) continue;
      const equal = new RegExp(`^\\u{${a.toString(16)}}$`, 'iu');
      for (const b of others) if (equal.test(String.fromCodePoint(b))) merge(classOf, a, b);
    }
  }
  return [...new Set(classOf.values())].map((set) => [...set]);
}

function merge(classOf: Map<number, Set<number>>, a: number, b: number): void {
  const merged = new Set([a, b, ...(classOf.get(a) ?? []), ...(classOf.get(b) ?? [])]);
  for (const member of merged) classOf.set(member, merged);
}

function indexed(classes: Iterable<number[]>): Equivalence {
  const out = new Map<number, readonly number[]>();
  for (const members of classes) {
    if (members.length > 1) for (const member of members) out.set(member, members);
  }
  return out;
}
