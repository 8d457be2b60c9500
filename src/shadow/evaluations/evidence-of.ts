import type { Report } from '../report/report.ts';
import type { EvaluationTally } from '../report/tally.ts';

/** The numbers of an evaluation that a deployment may rest on: a row of `shadow.evaluation_evidence`. */
export interface EvaluationEvidence {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
  distinctTruePositives: number;
  distinctFalsePositives: number;
  distinctTrueNegatives: number;
  distinctFalseNegatives: number;
  /** Empty without a baseline; the comparison's other numbers then show nothing. */
  baselineHash: string;
  attacksLogE: number;
  benignLogE: number;
  /** Upper 95 % bounds of the net loss; 1 where there was nothing to count. */
  attacksNetLossUpper: number;
  benignNetLossUpper: number;
}

/** @param report made of this very tally. */
export function evidenceOf(tally: EvaluationTally, { comparison }: Report): EvaluationEvidence {
  const { matrix, distinct } = tally;
  return {
    ...matrix,
    distinctTruePositives: distinct.truePositives,
    distinctFalsePositives: distinct.falsePositives,
    distinctTrueNegatives: distinct.trueNegatives,
    distinctFalseNegatives: distinct.falseNegatives,
    baselineHash: comparison?.baseline.rule_hash ?? '',
    attacksLogE: comparison?.attacks.log_e ?? 0,
    benignLogE: comparison?.benign.log_e ?? 0,
    attacksNetLossUpper: comparison?.attacks.net_loss_upper ?? 1,
    benignNetLossUpper: comparison?.benign.net_loss_upper ?? 1,
  };
}
