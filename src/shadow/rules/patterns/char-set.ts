/**
 * A set of UTF-16 units or of code points: disjoint, ascending, inclusive ranges, flat as
 * `[low, high, low, high, …]`, no two of them adjacent. Never changed once made.
 */
export type CharSet = readonly number[];

export const lastUnit = 0xffff;
export const lastCodePoint = 0x10ffff;
export const emptySet: CharSet = [];

export function single(value: number): CharSet {
  return [value, value];
}

/** The union of any ranges, in any order, overlapping or not. */
export function fromRanges(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.length - 1;
    if (last > 0 && low <= out[last]! + 1) out[last] = Math.max(out[last]!, high);
    else out.push(low, high);
  }
  return out;
}

export function rangesOf(set: CharSet): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i]!, set[i + 1]!]);
  return out;
}

export function union(...sets: CharSet[]): CharSet {
  if (sets.length === 1) return sets[0]!;
  return fromRanges(sets.flatMap(rangesOf));
}

/** Everything from 0 to `last` that is not in the set. */
export function complement(set: CharSet, last: number): CharSet {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) out.push(next, set[i]! - 1);
    next = set[i + 1]! + 1;
  }
  if (next <= last) out.push(next, last);
  return out;
}

/** The part of the set between `low` and `high`, both included. */
export function within(set: CharSet, low: number, high: number): CharSet {
  const out: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const from = Math.max(set[i]!, low);
    const to = Math.min(set[i + 1]!, high);
    if (from <= to) out.push(from, to);
  }
  return out;
}

export function has(set: CharSet, value: number): boolean {
  let low = 0;
  let high = set.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (value < set[2 * middle]!) high = middle - 1;
    else if (value > set[2 * middle + 1]!) low = middle + 1;
    else return true;
  }
  return false;
}

export function intersects(a: CharSet, b: CharSet): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i + 1]! < b[j]!) i += 2;
    else if (b[j + 1]! < a[i]!) j += 2;
    else return true;
  }
  return false;
}

/** How many members the set has. */
export function sizeOf(set: CharSet): number {
  let size = 0;
  for (let i = 0; i < set.length; i += 2) size += set[i + 1]! - set[i]! + 1;
  return size;
}
