/** Where a sealed value lies. It opens in this place alone, so that a row cannot be given another row's value. */
export interface SealContext {
  tenantId: string;
  /** With its schema, such as `credits.payments`. */
  table: string;
  column: string;
  /** What makes the place unique: the id of the event, transfer or row. */
  eventId: string;
}

/** The same with the subject whose data it is: whose key seals it, and with whom it is erased. */
export interface SubjectContext extends SealContext {
  /** An identifier of the caller's. It stays readable, so it must not itself be personal. */
  subject: string;
}

/**
 * The additional authenticated data of a sealed value: a JSON list, because two different lists never have the same
 * text, whatever characters a name holds.
 */
export function sealAad(context: SealContext, dataKeyId: string): Buffer {
  const { tenantId, table, column, eventId } = context;
  return Buffer.from(JSON.stringify(['assay/sealed/v1', tenantId, table, column, eventId, dataKeyId]));
}
