import { Piscina } from 'piscina';
import { InvalidRequestError, UnavailableError } from '../platform/errors.ts';
import { checkingEffort } from '../shadow/rules/checking-effort.ts';
import { parseRuleConfig } from '../shadow/rules/parse-rule-config.ts';
import type { RuleConfig } from '../shadow/rules/rule-config.ts';
import type { ParseRuleResult } from './parse-rule-thread.ts';
import { runWithDeadline } from './run-with-deadline.ts';
import { TaskSlots } from './task-slots.ts';
import { threadFile } from './thread-file.ts';

export interface RuleParser {
  /** As `parseRuleConfig`, without holding up the caller's event loop. */
  parse(ruleType: string | undefined, input: unknown, location: string): Promise<RuleConfig>;
  /** Ends the thread, whatever it is doing. */
  destroy(): Promise<void>;
}

export interface RuleParserOptions {
  /** Rules of less effort are checked at once: 2,000 characters of patterns take some 20 ms. */
  inlineEffortMax?: number;
  /** The dearest rule within all bounds takes 3 s on an idle machine. */
  timeoutMs?: number;
  /** Each may be a body of 1 MiB, and the last one waits for all before it. */
  waitingMax?: number;
}

/** Checks small rules at once and large ones on a thread, which starts with the first of them and ends when idle. */
export function createRuleParser(options: RuleParserOptions = {}): RuleParser {
  const { inlineEffortMax = 2_000, timeoutMs = 10_000, waitingMax = 16 } = options;
  const pool = new Piscina({
    filename: threadFile('parse-rule-thread'),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 60_000,
    recordTiming: false,
  });
  const slots = new TaskSlots(1);
  const never = new AbortController().signal;
  return {
    async parse(ruleType, input, location) {
      if (checkingEffort(input) <= inlineEffortMax) return parseRuleConfig(ruleType, input, location);
      if (slots.waiting >= waitingMax) throw overloaded(waitingMax);
      const deadline = {
        transfer: [],
        signal: never,
        timeoutMs,
        onTimeout: () => tooLarge(location, timeoutMs),
      };
      const task = { ruleType, input, location };
      const result = await slots.run(never, async () => {
        // Nested so deep that it cannot be copied, it has faults, and those are found without compiling anything.
        if (!isCloneable(input)) return { config: parseRuleConfig(ruleType, input, location) };
        return runWithDeadline<ParseRuleResult>(pool, task, deadline);
      });
      if ('config' in result) return result.config;
      throw new InvalidRequestError(result.message, { errors: result.errors ?? [] });
    },
    destroy: () => pool.destroy(),
  };
}

function isCloneable(input: unknown): boolean {
  try {
    structuredClone(input);
    return true;
  } catch {
    return false;
  }
}

function tooLarge(location: string, timeoutMs: number): InvalidRequestError {
  const message =
    `checking the patterns took more than ${timeoutMs} ms; use fewer patterns, smaller counted repetitions, ` +
    'or character ranges in place of \\p classes and the flag u';
  return new InvalidRequestError(`The rule cannot be used: ${message} (at ${location}).`, {
    errors: [{ location, message }],
  });
}

function overloaded(waitingMax: number): UnavailableError {
  return new UnavailableError(
    'overloaded',
    `${waitingMax} large rules wait to be checked already; try again in a few seconds`,
    { retryAfterSeconds: 5 },
  );
}
