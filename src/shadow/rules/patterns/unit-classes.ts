/**
 * The alphabet of a pattern set: units that no position tells apart form one class, so a row of the
 * automaton has some tens of entries rather than 65,536.
 */
import { type CharSet, lastUnit } from './char-set.ts';

export interface UnitClasses {
  readonly count: number;
  /** Class of each ASCII byte; `count`, which is no class, for the bytes of a longer UTF-8 sequence. */
  readonly ofByte: Uint16Array;
  /** The classes in each of the sets the alphabet was made from, in their order. */
  readonly inSet: readonly (readonly number[])[];
  /** Class of any UTF-16 unit: `pages[(pageOf[unit >> 8] << 8) | (unit & 255)]`. */
  readonly pageOf: Uint16Array;
  readonly pages: Uint16Array;
}

/** Partitions all units so that every one of the sets is a union of classes. */
export function partitionUnits(sets: readonly CharSet[]): UnitClasses {
  const starts = boundariesOf(sets);
  const classOf = refine(starts, sets);
  const count = renumber(classOf);
  const inSet = sets.map((set) => [...new Set(intervalsIn(set, starts).map((k) => classOf[k]!))]);
  return { count, inSet, ...lookupTables(starts, classOf, count) };
}

/** The units at which membership of some set changes, from 0; between two of them nothing does. */
function boundariesOf(sets: readonly CharSet[]): number[] {
  const starts = new Set([0]);
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) {
      starts.add(set[i]!);
      if (set[i + 1]! < lastUnit) starts.add(set[i + 1]! + 1);
    }
  }
  return [...starts].sort((a, b) => a - b);
}

function intervalsIn(set: CharSet, starts: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    for (let k = indexOf(starts, set[i]!); k < starts.length && starts[k]! <= set[i + 1]!; k++) out.push(k);
  }
  return out;
}

function indexOf(starts: readonly number[], value: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Partition refinement: each set splits the classes it cuts in two. */
function refine(starts: readonly number[], sets: readonly CharSet[]): Int32Array {
  const classOf = new Int32Array(starts.length);
  const sizes = [starts.length];
  for (const set of sets) {
    const inside = intervalsIn(set, starts);
    const hits = new Map<number, number>();
    for (const k of inside) hits.set(classOf[k]!, (hits.get(classOf[k]!) ?? 0) + 1);
    const splitTo = new Map<number, number>();
    for (const [old, hit] of hits) {
      if (hit === sizes[old]) continue;
      sizes[old]! -= hit;
      splitTo.set(old, sizes.push(hit) - 1);
    }
    for (const k of inside) classOf[k] = splitTo.get(classOf[k]!) ?? classOf[k]!;
  }
  return classOf;
}

/** Numbers classes by their first unit, which gives ASCII the low numbers; returns how many there are. */
function renumber(classOf: Int32Array): number {
  const numbers = new Map<number, number>();
  for (const [k, old] of classOf.entries()) {
    const number = numbers.get(old) ?? numbers.size;
    numbers.set(old, number);
    classOf[k] = number;
  }
  return numbers.size;
}

function lookupTables(starts: readonly number[], classOf: Int32Array, count: number) {
  const pageOf = new Uint16Array(256);
  const pages: number[] = [];
  const uniform = new Map<number, number>();
  let k = 0;
  for (let high = 0; high < 256; high++) {
    const first = high << 8;
    while (k + 1 < starts.length && starts[k + 1]! <= first) k++;
    const isUniform = k + 1 === starts.length || starts[k + 1]! >= first + 256;
    const shared = isUniform ? uniform.get(classOf[k]!) : undefined;
    pageOf[high] = shared ?? pages.length >> 8;
    if (shared !== undefined) continue;
    if (isUniform) uniform.set(classOf[k]!, pageOf[high]!);
    for (let unit = first, j = k; unit < first + 256; unit++) {
      while (j + 1 < starts.length && starts[j + 1]! <= unit) j++;
      pages.push(classOf[j]!);
    }
  }
  const ofByte = new Uint16Array(256).fill(count);
  for (let byte = 0; byte < 128; byte++) ofByte[byte] = pages[(pageOf[0]! << 8) | byte]!;
  return { ofByte, pageOf, pages: Uint16Array.from(pages) };
}
