/** What was done to a log, as far as it can be told from what is left. */
export type TamperKind =
  | 'edited'
  | 'inserted'
  | 'deleted'
  | 'reordered'
  | 'forked'
  | 'truncated'
  | 're-signed';

export interface Finding {
  /** The first entry that is not what it was; where only whole histories differ, the first that nothing vouches for. */
  seq: number;
  kind: TamperKind;
  /** What does not agree with what. */
  detail: string;
}
