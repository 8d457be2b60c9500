/** What a deployment asks of an evaluation. */
export interface Requirements {
  /** Distinct requests. */
  samples: number;
  /** Shares that the lower ends of the 95 % intervals have to reach. */
  precision: number;
  recall: number;
}

export const defaultRequirements: Requirements = { samples: 1_000, precision: 0.8, recall: 0.7 };

/** A deployment may ask for more than this and never for less; `shadow.deployments` has the same as CHECKs. */
export const requirementFloors: Requirements = {
  samples: 1_000,
  // A rule of whose matches half may be false alarms does more harm than good whatever it catches.
  precision: 0.5,
  recall: 0,
};

/** Of each label: below a hundred attacks the recall, and below a hundred benign requests the precision, says little. */
export const samplesOfLabelMin = 100;

/** A test that may be wrong more often than this can conclude, and shows too little to deploy on. */
export const testAlphaMax = 0.1;
