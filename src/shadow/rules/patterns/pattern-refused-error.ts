import { AssayError } from '../../../platform/errors.ts';

export interface Refusal {
  /** Position of the pattern in the rule's list, from 0; -1 when no single pattern is at fault. */
  patternIndex: number;
  /** The construct by name: `lookahead`, `backreference`, `flag v`, `repetition`. */
  construct: string;
  /** Where it starts in the pattern, in UTF-16 units from 0. */
  offset: number;
  /** Why it is refused, and what to do instead. */
  reason: string;
}

/** 400: a pattern that is not JavaScript, or that cannot be matched within the stated bounds. */
export class PatternRefusedError extends AssayError {
  readonly patternIndex: number;
  readonly construct: string;
  readonly offset: number;

  constructor({ patternIndex, construct, offset, reason }: Refusal) {
    const where = patternIndex < 0 ? 'The pattern set' : `Pattern ${patternIndex}`;
    const at = patternIndex < 0 ? '' : ` at offset ${offset}`;
    super(400, 'invalid_request', `${where} is refused: ${construct}${at}. ${reason}`, {
      errors:
        patternIndex < 0 ? [] : [{ location: `patterns[${patternIndex}]`, message: `${construct}${at}` }],
    });
    this.patternIndex = patternIndex;
    this.construct = construct;
    this.offset = offset;
  }
}

/** True for a refused pattern; the caller adds where in the rule the pattern stands. */
export function isPatternRefusedError(value: unknown): value is PatternRefusedError {
  return value instanceof PatternRefusedError;
}
