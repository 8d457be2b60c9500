/**
 * The position automaton of a whole pattern set, packed for running. It is the common ground of the
 * lazily built deterministic automaton and of the simulation: both do the step
 *
 *     next = { q : q accepts the unit, and q follows some live p or may begin here }
 */
import type { CharSet } from './char-set.ts';
import { intersects } from './char-set.ts';
import { anywhere, bitOf, type ContextMask, edgeKind, kindCount, nowhere, unitsOfKind } from './context.ts';
import { reachBitsMax } from './limits.ts';
import type { Arrow, PositionBuilder } from './position-builder.ts';
import { partitionUnits, type UnitClasses } from './unit-classes.ts';

/** Targets that hold only in some contexts: `conditions` index the mask beside each target. */
export interface Conditional {
  readonly position: number;
  readonly condition: number;
}

export interface Automaton {
  readonly patternCount: number;
  readonly positionCount: number;
  /** 32-bit words of a bitmap of positions. */
  readonly words: number;
  readonly classes: UnitClasses;
  /** Positions that accept a class: bitmap `class × words …`. */
  readonly reach: Int32Array;
  /** Successors of p in every context: `to[start[p] … start[p + 1])`. */
  readonly followStart: Uint32Array;
  readonly followTo: Uint16Array;
  /** Successors of p in some contexts only; undefined for most positions. */
  readonly conditionalFollow: readonly (readonly Conditional[] | undefined)[];
  readonly initial: Uint16Array;
  readonly conditionalInitial: readonly Conditional[];
  /** 1 where reaching the position is a match of `patternOf` it. */
  readonly accepting: Uint8Array;
  readonly patternOf: Uint16Array;
  /** Condition under which the end of the text after p is a match, −1 for none. */
  readonly endCondition: Int16Array;
  /** Patterns that match nothing at the end of the text, under a condition. */
  readonly initialEnd: readonly { pattern: number; condition: number }[];
  /** Kinds of unit that no condition tells apart share a group; group 0 is the edge of the text. */
  readonly groupCount: number;
  readonly groupOfClass: Uint8Array;
  /** 1 where a condition holds: `(condition × groups + previous) × groups + next`. */
  readonly holds: Uint8Array;
}

/** How the patterns begin and end, beside the joins in the builder. */
export interface PatternEnds {
  initial: Arrow[];
  accepts: Arrow[];
  initialEnd: { pattern: number; mask: ContextMask }[];
}

class Conditions {
  readonly masks: ContextMask[] = [];
  readonly #ids = new Map<ContextMask, number>();

  /** −1 where the mask holds in every pair of kinds that can occur, −2 where in none, else its number. */
  classify(mask: ContextMask, possible: ContextMask): number {
    if (mask === anywhere || (mask & possible) === possible) return -1;
    if ((mask & possible) === nowhere) return -2;
    let id = this.#ids.get(mask);
    if (id === undefined) {
      id = this.masks.push(mask) - 1;
      this.#ids.set(mask, id);
    }
    return id;
  }
}

const allKinds = Array.from({ length: kindCount }, (_, kind) => kind);
const sometimes = 0;

/** Packs what the builder collected. @throws PatternRefusedError when the alphabet is too fine. */
export function packAutomaton(builder: PositionBuilder, ends: PatternEnds, patternCount: number): Automaton {
  const conditions = new Conditions();
  const kindsOfSet = builder.sets.map((set) =>
    allKinds.filter((kind) => intersects(set, unitsOfKind[kind]!)),
  );
  const kindsAt = (position: number) => kindsOfSet[builder.setOf[position]!]!;
  const follow = packFollow(builder, conditions, kindsAt);
  const initial = splitArrows(ends.initial, (q) =>
    conditions.classify(q.mask, pairs(allKinds, kindsAt(q.position))),
  );
  const accepting = new Uint8Array(builder.size);
  const endCondition = new Int16Array(builder.size).fill(-1);
  for (const { position, mask } of mergeMasks(ends.accepts)) {
    const condition = conditions.classify(mask, pairs(kindsAt(position), allKinds));
    if (condition === -1) accepting[position] = 1;
    else if (condition >= sometimes) endCondition[position] = condition;
  }
  const initialEnd = ends.initialEnd.flatMap(({ pattern, mask }) => {
    const condition = conditions.classify(mask, pairs(allKinds, allKinds));
    return condition >= sometimes ? [{ pattern, condition }] : [];
  });
  return {
    patternCount,
    positionCount: builder.size,
    words: Math.max(1, (builder.size + 31) >> 5),
    ...follow,
    initial: initial.plain,
    conditionalInitial: initial.conditional,
    accepting,
    patternOf: Uint16Array.from(builder.patternOf),
    endCondition,
    initialEnd,
    ...packAlphabet(builder, conditions.masks),
  };
}

function pairs(previous: readonly number[], next: readonly number[]): ContextMask {
  let mask = nowhere;
  for (const p of previous) for (const n of next) mask |= bitOf(p, n);
  return mask;
}

function mergeMasks(arrows: readonly Arrow[]): Arrow[] {
  const masks = new Map<number, ContextMask>();
  for (const { position, mask } of arrows) masks.set(position, mask | (masks.get(position) ?? nowhere));
  return [...masks].map(([position, mask]) => ({ position, mask }));
}

function splitArrows(arrows: readonly Arrow[], classify: (arrow: Arrow) => number) {
  const plain: number[] = [];
  const conditional: Conditional[] = [];
  for (const arrow of arrows.length > 1 ? mergeMasks(arrows) : arrows) {
    const condition = classify(arrow);
    if (condition === -1) plain.push(arrow.position);
    else if (condition >= sometimes) conditional.push({ position: arrow.position, condition });
  }
  return { plain: Uint16Array.from(plain), conditional };
}

function packFollow(
  builder: PositionBuilder,
  conditions: Conditions,
  kindsAt: (p: number) => readonly number[],
) {
  const arrowsOf: Arrow[][] = Array.from({ length: builder.size }, () => []);
  for (const { from, to, mask } of builder.joins) arrowsOf[from]!.push({ position: to, mask });
  const followStart = new Uint32Array(builder.size + 1);
  const followTo = new Uint16Array(builder.joins.length);
  const conditionalFollow: (Conditional[] | undefined)[] = new Array(builder.size).fill(undefined);
  let used = 0;
  for (let p = 0; p < builder.size; p++) {
    const { plain, conditional } = splitArrows(arrowsOf[p]!, (q) =>
      q.mask === anywhere ? -1 : conditions.classify(q.mask, pairs(kindsAt(p), kindsAt(q.position))),
    );
    followTo.set(plain, used);
    used += plain.length;
    followStart[p + 1] = used;
    if (conditional.length > 0) conditionalFollow[p] = conditional;
  }
  return { followStart, followTo: followTo.slice(0, used), conditionalFollow };
}

function packAlphabet(builder: PositionBuilder, masks: readonly ContextMask[]) {
  const groupOfKind = groupKinds(masks);
  const groupCount = Math.max(...groupOfKind) + 1;
  const groupSets: CharSet[] = groupCount > 2 ? unitsOfKind.slice(1) : [];
  const classes = partitionUnits([...builder.sets, ...groupSets]);
  if (classes.count * builder.size > reachBitsMax) {
    builder.refuse(
      `the set tells ${classes.count} classes of characters apart at ${builder.size} positions, and ` +
        `the product may be at most ${reachBitsMax}`,
    );
  }
  const groupOfClass = new Uint8Array(classes.count).fill(1);
  for (const [k] of groupSets.entries()) {
    for (const c of classes.inSet[builder.sets.length + k]!) groupOfClass[c] = groupOfKind[k + 1]!;
  }
  const words = Math.max(1, (builder.size + 31) >> 5);
  const reach = new Int32Array(classes.count * words);
  for (let p = 0; p < builder.size; p++) {
    for (const c of classes.inSet[builder.setOf[p]!]!) reach[c * words + (p >> 5)]! |= 1 << (p & 31);
  }
  return { classes, reach, groupCount, groupOfClass, holds: packConditions(masks, groupOfKind, groupCount) };
}

/** Groups kinds that every mask treats alike on both sides; the edge stays alone, as group 0. */
function groupKinds(masks: readonly ContextMask[]): number[] {
  const seen = new Map<string, number>([['edge', 0]]);
  return allKinds.map((kind) => {
    const behaviour = masks.map((mask) =>
      allKinds
        .map((other) => `${mask & bitOf(kind, other) ? 1 : 0}${mask & bitOf(other, kind) ? 1 : 0}`)
        .join(''),
    );
    const key = kind === edgeKind ? 'edge' : behaviour.join();
    const group = seen.get(key) ?? seen.size;
    seen.set(key, group);
    return group;
  });
}

function packConditions(masks: readonly ContextMask[], groupOfKind: readonly number[], groupCount: number) {
  const holds = new Uint8Array(masks.length * groupCount * groupCount);
  for (const [m, mask] of masks.entries()) {
    for (const previous of allKinds) {
      for (const next of allKinds) {
        if ((mask & bitOf(previous, next)) === 0n) continue;
        holds[(m * groupCount + groupOfKind[previous]!) * groupCount + groupOfKind[next]!] = 1;
      }
    }
  }
  return holds;
}
