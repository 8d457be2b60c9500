import type { JournalEntry } from '../core/journal.ts';

/**
 * The file: one page of header, then a slot a lease. A slot is a cache line and never crosses a page, so a killed process
 * leaves either its old or its new bytes in the page cache; the checksum tells the slots of a machine that lost power.
 */
export const headerBytes = 4_096;
export const slotBytes = 64;

const state = { free: 0, active: 1, ending: 2 } as const;
const at = { checksum: 0, state: 4, leaseId: 8, watermark: 24, amount: 32, deadline: 40, epoch: 48 } as const;

/** Encodes into buffers of its own, so that moving a watermark allocates nothing. */
export class SlotCodec {
  readonly bytes = Buffer.alloc(slotBytes);
  readonly #words = new Uint32Array(this.bytes.buffer, this.bytes.byteOffset, slotBytes / 4);
  readonly #doubles = new Float64Array(this.bytes.buffer, this.bytes.byteOffset, slotBytes / 8);

  /** Takes the slot that is written at `start`, with another watermark. */
  withWatermark(slots: Buffer, start: number, watermark: number): Buffer {
    slots.copy(this.bytes, 0, start, start + slotBytes);
    this.#doubles[at.watermark / 8] = watermark;
    return this.#seal();
  }

  encode(entry: JournalEntry): Buffer {
    this.bytes.fill(0);
    this.#words[at.state / 4] = entry.ending ? state.ending : state.active;
    this.bytes.write(entry.leaseId.replaceAll('-', ''), at.leaseId, 'hex');
    this.#doubles[at.watermark / 8] = entry.watermark;
    this.#doubles[at.amount / 8] = entry.amount;
    this.#doubles[at.deadline / 8] = entry.deadlineMs;
    this.#doubles[at.epoch / 8] = entry.epoch;
    return this.#seal();
  }

  encodeFree(): Buffer {
    this.bytes.fill(0);
    return this.bytes;
  }

  /** The entry at `start`; null for a free slot; `torn` where the checksum or the numbers do not hold. */
  decode(slots: Buffer, start: number): JournalEntry | null | 'torn' {
    slots.copy(this.bytes, 0, start, start + slotBytes);
    if (this.#isFree()) return null;
    const watermark = this.#doubles[at.watermark / 8]!;
    const amount = this.#doubles[at.amount / 8]!;
    const deadlineMs = this.#doubles[at.deadline / 8]!;
    const epoch = this.#doubles[at.epoch / 8]!;
    const kind = this.#words[at.state / 4];
    const isWhole = this.#words[at.checksum / 4] === checksum(this.#words);
    const isSound =
      (kind === state.active || kind === state.ending) &&
      isCount(epoch) &&
      isCount(amount) &&
      isCount(watermark) &&
      watermark <= amount &&
      Number.isFinite(deadlineMs);
    if (!isWhole || !isSound) return 'torn';
    const hex = this.bytes.toString('hex', at.leaseId, at.leaseId + 16);
    const leaseId = [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-');
    return { leaseId, epoch, amount, watermark, deadlineMs, ending: kind === state.ending };
  }

  #isFree(): boolean {
    for (const word of this.#words) if (word !== 0) return false;
    return true;
  }

  #seal(): Buffer {
    this.#words[at.checksum / 4] = checksum(this.#words);
    return this.bytes;
  }
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;

/** FNV-1a over words with a final mix: finds torn and foreign bytes at 15 steps a write; it need not stop a forger. */
function checksum(words: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 1; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
