import { randomUUID } from 'node:crypto';
import { uuidTime } from '../platform/uuid-v7.ts';

/** Where a transfer stands in its tenant's history. */
export interface TransferPlace {
  recordedAtMs: number;
  /** The tenant's sequence number of the transfer, below 2⁴⁴. */
  number: number;
}

/** 44 bits: 17 × 10¹² transfers a tenant, 56 years at 10,000 a second. */
const numbersMax = 2 ** 44;

/**
 * The id of a transfer: a UUID of version 7 (RFC 9562, section 5.7) whose last 44 bits are its number. Time and number
 * lead to the row by the primary key, so ids need no index, which would be the largest of the ledger; 30 random bits tell
 * the ids of tenants apart.
 */
export function encodeTransferId({ recordedAtMs, number }: TransferPlace): string {
  if (number >= numbersMax) throw new RangeError(`transfer ${number} has no id; ids hold numbers below 2^44`);
  const tail = number.toString(16).padStart(11, '0');
  // Three hex digits, and the variant with four more: the middle of a random UUID, whose digits these are too.
  return `${uuidTime(recordedAtMs)}${randomUUID().slice(15, 25)}${tail}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @returns null when the text cannot be the id of a transfer. */
export function decodeTransferId(id: string): TransferPlace | null {
  if (!uuid.test(id)) return null;
  return {
    recordedAtMs: Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16),
    number: Number.parseInt(id.slice(25), 16),
  };
}
