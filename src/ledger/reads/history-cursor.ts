/** A place in a tenant's history: just below the transfer with this time and number. */
export interface HistoryPlace {
  recordedAtMs: number;
  number: number;
}

/** Opaque to callers, so that what it holds can change. */
export function encodeHistoryCursor(place: HistoryPlace): string {
  return Buffer.from(`${place.recordedAtMs}.${place.number}`).toString('base64url');
}

const form = /^(\d{1,16})\.(\d{1,16})$/;
/** The last millisecond that a JavaScript date can hold. */
const timeMsMax = 8.64e15;

/** @returns null for what `encodeHistoryCursor` did not make. */
export function decodeHistoryCursor(text: string): HistoryPlace | null {
  const parts = form.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (parts === null) return null;
  const place = { recordedAtMs: Number(parts[1]), number: Number(parts[2]) };
  const isSane = place.recordedAtMs <= timeMsMax && Number.isSafeInteger(place.number);
  return isSane && encodeHistoryCursor(place) === text ? place : null;
}
