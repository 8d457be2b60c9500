import type { FieldError } from '../../platform/errors.ts';
import {
  maxNodesPerRule,
  maxOperationsPerRule,
  maxPatternsPerRule,
  maxPositionsPerRule,
  maxRateLimitsPerRule,
} from './limits.ts';
import type { RuleConfig } from './rule-config.ts';

/** Parses one sub-rule; `null` when it has faults, which the context has noted. */
export type ParseSubRule = (input: unknown, location: string) => RuleConfig | null;

const limits = {
  patterns: { max: maxPatternsPerRule, what: 'patterns' },
  positions: { max: maxPositionsPerRule, what: 'characters of patterns, repetitions written out,' },
  operations: { max: maxOperationsPerRule, what: 'operations a character at worst' },
  nodes: { max: maxNodesPerRule, what: 'rules' },
  rateLimits: { max: maxRateLimitsPerRule, what: 'rate limits' },
};

/** Collects the faults of a whole rule and counts what is bounded over the whole rule. */
export class ParseContext {
  readonly faults: FieldError[] = [];
  readonly #counts = { patterns: 0, positions: 0, operations: 0, nodes: 0, rateLimits: 0 };

  fault(location: string, message: string): void {
    this.faults.push({ location, message });
  }

  /** Adds to one of the counts; passing its limit is one fault, named where it happened. */
  count(what: keyof typeof limits, added: number, location: string): void {
    const before = this.#counts[what];
    const after = before + added;
    this.#counts[what] = after;
    const limit = limits[what];
    if (before <= limit.max && after > limit.max) {
      this.fault(
        location,
        `at most ${limit.max} ${limit.what} are allowed, all sub-rules together; this one is past that`,
      );
    }
  }
}
