import { closeSync, writeSync } from 'node:fs';
import { type FormerJournal, type JournalEntry, JournalError } from '../core/journal.ts';
import { encodeHeader, type JournalHeader } from './header.ts';
import { headerBytes, SlotCodec, slotBytes } from './layout.ts';
import type { JournalLock } from './lock.ts';
import type { OpenJournal } from './open-journal.ts';

/**
 * Writes in place with `pwrite` and without fsync: bytes in the page cache survive the process, and a machine that dies takes
 * its boot id with it, so what was lost with it is not trusted.
 */
export class FileJournal implements OpenJournal {
  readonly bootId: string;
  readonly former: FormerJournal;
  readonly slots: number;
  #fd: number;
  readonly #lock: JournalLock;
  readonly #codec = new SlotCodec();
  /** The slots as the file has them, so that a watermark is moved without reading. A `Buffer` a slot were 3 MB. */
  readonly #written: Buffer;
  readonly #free: number[] = [];
  #header: JournalHeader;

  constructor(fd: number, former: FormerJournal, slots: number, bootId: string, lock: JournalLock) {
    this.#fd = fd;
    this.former = former;
    this.slots = slots;
    this.bootId = bootId;
    this.#lock = lock;
    this.#written = Buffer.alloc(slots * slotBytes);
    const taken = new Set(former.entries.map(({ slot }) => slot));
    for (let slot = slots - 1; slot >= 0; slot--) if (!taken.has(slot)) this.#free.push(slot);
    for (const { slot, entry } of former.entries)
      this.#written.set(this.#codec.encode(entry), slot * slotBytes);
    const { epoch, unconfirmedIncarnation } = former;
    const confirmed = unconfirmedIncarnation === null;
    this.#header = {
      version: 1,
      slots,
      bootId,
      epoch,
      incarnation: unconfirmedIncarnation ?? '',
      confirmed,
    };
  }

  beginIncarnation(incarnation: string): void {
    this.#writeHeader({ ...this.#header, incarnation, confirmed: false });
  }

  confirmEpoch(epoch: number): void {
    this.#writeHeader({ ...this.#header, epoch, confirmed: true });
  }

  openSlot(entry: JournalEntry): number {
    const slot = this.#free.at(-1);
    if (slot === undefined) return -1;
    this.rewrite(slot, entry);
    this.#free.pop();
    return slot;
  }

  advance(slot: number, watermark: number): void {
    const start = slot * slotBytes;
    this.#write(this.#codec.withWatermark(this.#written, start, watermark), headerBytes + start);
    this.#written.set(this.#codec.bytes, start);
  }

  rewrite(slot: number, entry: JournalEntry): void {
    this.#write(this.#codec.encode(entry), headerBytes + slot * slotBytes);
    this.#written.set(this.#codec.bytes, slot * slotBytes);
  }

  freeSlot(slot: number): void {
    this.#write(this.#codec.encodeFree(), headerBytes + slot * slotBytes);
    this.#written.fill(0, slot * slotBytes, (slot + 1) * slotBytes);
    this.#free.push(slot);
  }

  close(): void {
    closeSync(this.#fd);
    // Whatever is written after that must not reach the next file that is given the number.
    this.#fd = -1;
    this.#lock.release();
  }

  #writeHeader(header: JournalHeader): void {
    this.#write(encodeHeader(header), 0);
    this.#header = header;
  }

  #write(bytes: Buffer, position: number): void {
    let written: number;
    try {
      written = writeSync(this.#fd, bytes, 0, bytes.length, position);
    } catch (cause) {
      throw new JournalError((cause as Error).message, { cause });
    }
    if (written !== bytes.length)
      throw new JournalError(`only ${written} of ${bytes.length} bytes were written; the disk may be full`);
  }
}
