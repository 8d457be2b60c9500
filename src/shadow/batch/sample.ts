/**
 * One labelled request after parsing and validation: what a rule may look at, and the label it is judged by.
 * Strings are well-formed Unicode (a lone surrogate became U+FFFD); `null` means the field is absent, which
 * matches nothing, while the empty string is a value.
 */
export interface Sample {
  /** The caller's id; not unique. */
  id: string | null;
  /** Milliseconds since the Unix epoch; the arrival time where the caller gave none. */
  at: number;
  sourceIp: string | null;
  method: string | null;
  uri: string | null;
  /** The sample's `user_agent`, else its `user-agent` header. */
  userAgent: string | null;
  payload: string | null;
  /** Names in ASCII lower case, in the caller's order; a repeated header is several entries. */
  headers: readonly (readonly [name: string, value: string])[];
  isAttack: boolean;
  attackType: string | null;
  /** JSON text, kept for the caller and never evaluated. */
  metadata: string | null;
}

/** The text columns of a batch, in the order in which their bytes are laid out. */
export const textColumns = ['id', 'source_ip', 'method', 'uri', 'user_agent', 'payload', 'metadata'] as const;
export type TextColumn = (typeof textColumns)[number];
