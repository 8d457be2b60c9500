import type { FormerJournal } from '../core/journal.ts';
import { decodeHeader } from './header.ts';
import { headerBytes, SlotCodec, slotBytes } from './layout.ts';

/** Longer than any lease lives: a deadline beyond is of another clock. */
const deadlineMaxMs = 24 * 3_600_000;

export interface ReadJournal extends FormerJournal {
  /** Of the file; null: it must be begun anew. */
  slots: number | null;
}

/** What a former process left, as far as it can be trusted. */
export function readFormer(content: Buffer, bootId: string, nowMs: number): ReadJournal {
  const header = decodeHeader(content.subarray(0, headerBytes));
  if (header === null || content.length !== headerBytes + header.slots * slotBytes)
    return untrusted('corrupt');
  if (header.bootId !== bootId) return untrusted('other_boot');
  const codec = new SlotCodec();
  const entries = [];
  let tornSlots = 0;
  for (let slot = 0; slot < header.slots; slot++) {
    const entry = codec.decode(content, headerBytes + slot * slotBytes);
    if (entry === 'torn') tornSlots++;
    else if (entry !== null) entries.push({ slot, entry });
  }
  // The monotonic clock went back although the boot is said to be the same.
  if (entries.some(({ entry }) => entry.deadlineMs > nowMs + deadlineMaxMs)) return untrusted('other_boot');
  return {
    state: header.epoch === 0 ? 'fresh' : 'trusted',
    epoch: header.epoch,
    unconfirmedIncarnation: header.confirmed ? null : header.incarnation,
    entries,
    tornSlots,
    slots: header.slots,
  };
}

function untrusted(state: 'corrupt' | 'other_boot'): ReadJournal {
  return { state, epoch: 0, unconfirmedIncarnation: null, entries: [], tornSlots: 0, slots: null };
}
