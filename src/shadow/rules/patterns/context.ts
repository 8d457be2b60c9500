/**
 * Assertions as sets of (previous, next) pairs. Whether `^`, `$`, `\b` or `\B` holds between two
 * units depends only on the *kind* of each, so an assertion is a 7 × 7 bit mask, several in a row
 * are the AND of their masks, and alternatives are the OR.
 */
import { type CharSet, complement, lastUnit, union } from './char-set.ts';
import { type ActiveFlags, asciiWord, foldedWord, lineTerminators } from './class-sets.ts';

/** What stands on one side of a position; `edge` is the start or the end of the value. */
export const kinds = ['edge', 'other', 'newline', 'word', 'foldedWord', 'lead', 'trail'] as const;
export type Kind = (typeof kinds)[number];
export const kindCount = kinds.length;
export const edgeKind = 0;

const leads: CharSet = [0xd800, 0xdbff];
const trails: CharSet = [0xdc00, 0xdfff];

/** The units of each kind, by its number; the edge is not a unit. */
export const unitsOfKind: readonly CharSet[] = [
  [],
  complement(union(lineTerminators, asciiWord, foldedWord, leads, trails), lastUnit),
  lineTerminators,
  asciiWord,
  foldedWord,
  leads,
  trails,
];

/** Bit `previous × 7 + next` says that the position may stand between those kinds. */
export type ContextMask = bigint;

function maskWhere(holds: (previous: Kind, next: Kind) => boolean): ContextMask {
  let mask = 0n;
  for (const [p, previous] of kinds.entries()) {
    for (const [n, next] of kinds.entries()) {
      if (holds(previous, next)) mask |= bitOf(p, n);
    }
  }
  return mask;
}

export function bitOf(previous: number, next: number): ContextMask {
  return 1n << BigInt(previous * kindCount + next);
}

export const anywhere = maskWhere(() => true);
export const nowhere: ContextMask = 0n;
const atStart = maskWhere((previous) => previous === 'edge');
const atLineStart = maskWhere((previous) => previous === 'edge' || previous === 'newline');
const atEnd = maskWhere((_, next) => next === 'edge');
const atLineEnd = maskWhere((_, next) => next === 'edge' || next === 'newline');
const boundary = maskWhere((previous, next) => (previous === 'word') !== (next === 'word'));
const isFoldedWord = (kind: Kind) => kind === 'word' || kind === 'foldedWord';
const foldedBoundary = maskWhere((previous, next) => isFoldedWord(previous) !== isFoldedWord(next));

/** With `u` a lead surrogate alone is a character only where no trail follows, and conversely. */
export const notBeforeTrail = maskWhere((_, next) => next !== 'trail');
export const notAfterLead = maskWhere((previous) => previous !== 'lead');

/** The mask of `^` or `$`. */
export function edgeMask(edge: 'start' | 'end', flags: ActiveFlags): ContextMask {
  if (edge === 'start') return flags.multiline ? atLineStart : atStart;
  return flags.multiline ? atLineEnd : atEnd;
}

/** The mask of `\b`, or of `\B` when negated. */
export function wordBoundaryMask(negate: boolean, flags: ActiveFlags): ContextMask {
  const mask = flags.unicode && flags.ignoreCase ? foldedBoundary : boundary;
  return negate ? anywhere & ~mask : mask;
}
