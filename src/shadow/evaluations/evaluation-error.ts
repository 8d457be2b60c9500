import type { EvaluationErrorCode } from './evaluation.ts';

const isEvaluationErrorSymbol = Symbol.for('assay.evaluation-error');

/** An evaluation that ends without a result, for a reason that trying again cannot change. */
export class EvaluationError extends Error {
  readonly [isEvaluationErrorSymbol] = true;
  readonly code: EvaluationErrorCode;

  constructor(code: EvaluationErrorCode, message: string) {
    super(message);
    this.name = 'EvaluationError';
    this.code = code;
  }
}

export function isEvaluationError(value: unknown): value is EvaluationError {
  return typeof value === 'object' && value !== null && isEvaluationErrorSymbol in value;
}
