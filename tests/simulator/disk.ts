import {
  type FormerJournal,
  type Journal,
  type JournalEntry,
  JournalError,
} from '../../src/sidecar/core/journal.ts';

interface Content {
  bootId: string;
  epoch: number;
  incarnation: string;
  confirmed: boolean;
  slots: (JournalEntry | null | 'torn')[];
}

const slots = 64;

/** A pod's journal directory: survives its processes, and a reboot in some former state or torn. */
export class Disk {
  content: Content | null = null;
  /** Who has it open; the lock of a dead process is gone. */
  holder: { alive: boolean } | null = null;
  full = false;
  #snapshots: string[] = [];

  /** Remembers what is written now, as what a reboot may bring back. */
  snapshot(): void {
    this.#snapshots.push(JSON.stringify(this.content));
    if (this.#snapshots.length > 4) this.#snapshots.shift();
  }

  /** Goes back to a former state, which is what an unflushed page cache leaves. */
  revert(random: () => number): void {
    if (this.#snapshots.length === 0) return;
    const chosen = this.#snapshots[Math.floor(random() * this.#snapshots.length)]!;
    this.content = JSON.parse(chosen) as Content | null;
  }

  tear(random: () => number): void {
    if (this.content === null) return;
    this.content.slots = this.content.slots.map((slot) => (random() < 0.3 && slot !== null ? 'torn' : slot));
  }

  entries(): { slot: number; entry: JournalEntry }[] {
    return (this.content?.slots ?? []).flatMap((entry, slot) =>
      entry === null || entry === 'torn' ? [] : [{ slot, entry }],
    );
  }

  /** The watermark that a kill at this moment would leave. */
  watermarkOf(leaseId: string): number | null {
    for (const slot of this.content?.slots ?? [])
      if (slot !== null && slot !== 'torn' && slot.leaseId === leaseId) return slot.watermark;
    return null;
  }
}

export interface DiskJournalOptions {
  disk: Disk;
  bootId: string;
  trustAnotherBoot: boolean;
  /** Called before and after every write; throws to kill the process there. */
  aroundWrite(): void;
}

/** What `src/sidecar/journal` does, on a simulated disk. */
export function openDiskJournal({
  disk,
  bootId,
  trustAnotherBoot,
  aroundWrite,
}: DiskJournalOptions): Journal {
  const former = formerOf(disk, bootId, trustAnotherBoot);
  if (former.state === 'fresh' && former.unconfirmedIncarnation === null && former.epoch === 0)
    disk.content = { bootId, epoch: 0, incarnation: '', confirmed: true, slots: Array(slots).fill(null) };
  const content = disk.content!;
  content.bootId = bootId;
  const write = (change: () => void): void => {
    aroundWrite();
    if (disk.full) throw new JournalError('no space left on device');
    change();
    aroundWrite();
  };
  return {
    bootId,
    former,
    slots,
    beginIncarnation: (incarnation) => write(() => Object.assign(content, { incarnation, confirmed: false })),
    confirmEpoch: (epoch) => write(() => Object.assign(content, { epoch, confirmed: true })),
    openSlot: (entry) => {
      const slot = content.slots.findIndex((taken) => taken === null || taken === 'torn');
      if (slot >= 0)
        write(() => {
          content.slots[slot] = entry;
        });
      return slot;
    },
    advance: (slot, watermark) =>
      write(() => {
        content.slots[slot] = { ...(content.slots[slot] as JournalEntry), watermark };
      }),
    rewrite: (slot, entry) =>
      write(() => {
        content.slots[slot] = entry;
      }),
    freeSlot: (slot) =>
      write(() => {
        content.slots[slot] = null;
      }),
  };
}

function formerOf(disk: Disk, bootId: string, trustAnotherBoot: boolean): FormerJournal {
  const { content } = disk;
  const fresh: FormerJournal = {
    state: 'fresh',
    epoch: 0,
    unconfirmedIncarnation: null,
    entries: [],
    tornSlots: 0,
  };
  if (content === null || (content.bootId !== bootId && !trustAnotherBoot)) return fresh;
  return {
    state: content.epoch === 0 ? 'fresh' : 'trusted',
    epoch: content.epoch,
    unconfirmedIncarnation: content.confirmed ? null : content.incarnation,
    entries: disk.entries().map(({ slot, entry }) => ({ slot, entry: { ...entry } })),
    tornSlots: content.slots.filter((slot) => slot === 'torn').length,
  };
}
