/** Which samples of a dataset an evaluation looks at; all times are milliseconds since the epoch. */
export interface SelectionRequest {
  datasetId: number;
  /** Uploads up to this version belong to the selection, whatever is uploaded while it is evaluated. */
  datasetVersion: number;
  /** Inclusive; null: open. */
  windowFrom: number | null;
  /** Exclusive; null: open. */
  windowTo: number | null;
  /** The most recent so many by (time, ordinal); null: all. */
  sampleSize: number | null;
}

/** The part of a selection that a thread needs to tell which samples of a batch belong to it. */
export interface SelectionBounds {
  windowFrom: number | null;
  windowTo: number | null;
  /** The oldest sample that still belongs; null when nothing is cut off. */
  cutAt: number | null;
  cutOrdinal: number | null;
}

export interface Selection extends SelectionBounds {
  selectionId: number;
  datasetId: number;
  datasetVersion: number;
  sampleCount: number;
  /** Whether its repeats have been marked. */
  repeatsKnown: boolean;
}
