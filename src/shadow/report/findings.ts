import type { Report } from './report.ts';
import type { RuleTraits } from './rule-traits.ts';
import type { EvaluationTally } from './tally.ts';

/** What advice is worked out from. */
export interface Findings {
  tally: EvaluationTally;
  report: Omit<Report, 'recommendations' | 'execution_time_ms'>;
  traits: RuleTraits;
}
