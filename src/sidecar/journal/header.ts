import { crc32 } from 'node:zlib';
import { headerBytes } from './layout.ts';

/** What the journal says of itself, a line of JSON that a person can read with `head -1`. */
export interface JournalHeader {
  version: 1;
  slots: number;
  bootId: string;
  /** The last epoch under which something may have been spent; 0: none. */
  epoch: number;
  incarnation: string;
  /** Whether the ledger answered the incarnation with that epoch. */
  confirmed: boolean;
}

export function encodeHeader(header: JournalHeader): Buffer {
  const text = JSON.stringify(header);
  const page = Buffer.alloc(headerBytes, ' ');
  const line = `assay-journal ${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
  if (Buffer.byteLength(line) > headerBytes) throw new RangeError('the journal header does not fit a page');
  page.write(line);
  return page;
}

/** Null when it is not a header of ours, or torn. */
export function decodeHeader(page: Buffer): JournalHeader | null {
  const match = /^assay-journal ([0-9a-f]{8}) (\{.*\})$/.exec(page.toString('utf8').split('\n', 1)[0]!);
  if (match === null || Number.parseInt(match[1]!, 16) !== crc32(match[2]!)) return null;
  const header = JSON.parse(match[2]!) as JournalHeader;
  return header.version === 1 ? header : null;
}
