/**
 * Collects the positions of all patterns of a set (Glushkov, 1961): each position tests one UTF-16
 * unit, and joins say which position may follow which, in which context. There are no empty moves,
 * so what runs later is a plain set of positions and one AND with "who accepts this unit".
 */
import type { CharSet } from './char-set.ts';
import { anywhere, type ContextMask, nowhere } from './context.ts';
import { joinsMax, positionsMax } from './limits.ts';
import { PatternRefusedError } from './pattern-refused-error.ts';

/** A position, and the context in which it may begin, end or pass the match of its fragment. */
export interface Arrow {
  readonly position: number;
  readonly mask: ContextMask;
}

/** What a part of a pattern looks like from outside. */
export interface Fragment {
  readonly first: readonly Arrow[];
  readonly last: readonly Arrow[];
  /** Where the fragment may match nothing at all. */
  readonly nullable: ContextMask;
  /** Every last is already joined to every first: a star round a star adds nothing. */
  readonly looped?: boolean;
}

export interface Join {
  from: number;
  to: number;
  mask: ContextMask;
}

/** The part of a pattern to name should a bound be passed while it is being written out. */
export interface Blame {
  construct: string;
  offset: number;
}

export class PositionBuilder {
  /** Of each position: the index of its set, and of its pattern. */
  readonly setOf: number[] = [];
  readonly patternOf: number[] = [];
  readonly sets: CharSet[] = [];
  readonly joins: Join[] = [];
  /** Positions written out so far, rolled back or not: what compiling has cost. */
  written = 0;
  patternIndex = 0;
  blame: Blame = { construct: 'pattern', offset: 0 };
  readonly #setIds = new Map<string, number>();

  get size(): number {
    return this.setOf.length;
  }

  /** One position that accepts the units of the set. */
  unit(set: CharSet): Fragment {
    if (set.length === 0) return { first: [], last: [], nullable: nowhere };
    this.reserve(1);
    this.written++;
    const key = set.join();
    let id = this.#setIds.get(key);
    if (id === undefined) {
      id = this.sets.push(set) - 1;
      this.#setIds.set(key, id);
    }
    const position = this.setOf.push(id) - 1;
    this.patternOf.push(this.patternIndex);
    const arrows = [{ position, mask: anywhere }];
    return { first: arrows, last: arrows, nullable: nowhere };
  }

  /** Nothing, in the given context: an assertion. */
  empty(mask: ContextMask): Fragment {
    return { first: [], last: [], nullable: mask };
  }

  join(last: readonly Arrow[], first: readonly Arrow[]): void {
    if (this.joins.length + last.length * first.length > joinsMax) {
      this.refuse(`it joins more than ${joinsMax} pairs of characters that may follow each other`);
    }
    for (const from of last) {
      for (const to of first) {
        const mask = and(from.mask, to.mask);
        if (mask !== nowhere) this.joins.push({ from: from.position, to: to.position, mask });
      }
    }
  }

  /**
   * What was rolled back counts too: it is kept nowhere, but a thousand such patterns would take their time.
   *
   * @throws PatternRefusedError when `count` more positions do not fit.
   */
  reserve(count: number): void {
    if (this.written + count <= positionsMax) return;
    this.refuse(`written out it brings the pattern set over ${positionsMax} character positions`);
  }

  refuse(why: string): never {
    throw new PatternRefusedError({
      patternIndex: this.patternIndex,
      ...this.blame,
      reason: `It is too large to run within bounds: ${why}. Lower the counts, or split the rule.`,
    });
  }

  /** Forgets what was added since the set had `size` positions and `joins` joins. */
  rollBack(size: number, joins: number): void {
    this.setOf.length = size;
    this.patternOf.length = size;
    this.joins.length = joins;
  }
}

export function and(a: ContextMask, b: ContextMask): ContextMask {
  if (a === anywhere) return b;
  return b === anywhere ? a : a & b;
}

/** The arrows as they are where something that matches nothing in `mask` stands between. */
export function restrict(arrows: readonly Arrow[], mask: ContextMask): readonly Arrow[] {
  if (mask === anywhere) return arrows;
  const kept = arrows.map(({ position, mask: own }) => ({ position, mask: and(own, mask) }));
  return kept.filter((arrow) => arrow.mask !== nowhere);
}
