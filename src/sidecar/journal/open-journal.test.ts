import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type JournalEntry, JournalError } from '../core/journal.ts';
import { headerBytes, slotBytes } from './layout.ts';
import { openJournal } from './open-journal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (bootId = 'boot-1', slots = 8) => openJournal({ directory, bootId, nowMs: 1_000, slots });
const file = () => join(directory, 'leases');
const entry = (n: number, more: Partial<JournalEntry> = {}): JournalEntry => ({
  leaseId: `0000000${n}-1111-8222-9333-444444444444`,
  epoch: 1,
  amount: 1_000,
  watermark: 64,
  deadlineMs: 30_000.5,
  ending: false,
  ...more,
});

function journalOfEpochOne() {
  const journal = open();
  journal.beginIncarnation('first');
  journal.confirmEpoch(1);
  return journal;
}

describe('a journal that is opened again', () => {
  test('has what was written, and not what was freed', () => {
    const journal = journalOfEpochOne();
    const [kept, freed] = [journal.openSlot(entry(1)), journal.openSlot(entry(2))];
    journal.advance(kept, 900);
    journal.freeSlot(freed);
    journal.rewrite(journal.openSlot(entry(3)), entry(3, { ending: true, watermark: 7 }));
    journal.close();
    const again = open();
    expect(again.former).toMatchObject({
      state: 'trusted',
      epoch: 1,
      unconfirmedIncarnation: null,
      tornSlots: 0,
    });
    expect(again.former.entries.map((each) => each.entry)).toEqual([
      entry(1, { watermark: 900 }),
      entry(3, { ending: true, watermark: 7 }),
    ]);
    again.close();
  });

  test('says which incarnation was begun and not confirmed', () => {
    const journal = journalOfEpochOne();
    journal.beginIncarnation('second');
    journal.close();
    const again = open();
    expect(again.former).toMatchObject({ epoch: 1, unconfirmedIncarnation: 'second' });
    again.close();
  });

  test('is not trusted after another boot, and kept aside', () => {
    const journal = journalOfEpochOne();
    journal.openSlot(entry(1));
    journal.close();
    const again = open('boot-2');
    expect(again.former).toMatchObject({ state: 'other_boot', epoch: 0, entries: [] });
    expect(readFileSync(`${file()}.untrusted`, 'utf8')).toContain('boot-1');
    again.close();
  });

  test('is not trusted when the monotonic clock went back', () => {
    const journal = journalOfEpochOne();
    journal.openSlot(entry(1, { deadlineMs: 30 * 3_600_000 }));
    journal.close();
    const again = open();
    expect(again.former.state).toBe('other_boot');
    again.close();
  });

  test('leaves out a torn slot and counts it', () => {
    const journal = journalOfEpochOne();
    journal.openSlot(entry(1));
    journal.openSlot(entry(2));
    journal.close();
    const bytes = readFileSync(file());
    bytes[headerBytes + slotBytes + 24]! ^= 1;
    writeFileSync(file(), bytes);
    const again = open();
    expect(again.former.tornSlots).toBe(1);
    expect(again.former.entries.map((each) => each.entry)).toEqual([entry(1)]);
    again.close();
  });

  test.each(['header', 'length'])('is not trusted with a wrong %s', (what) => {
    journalOfEpochOne().close();
    if (what === 'length') truncateSync(file(), headerBytes + slotBytes / 2);
    else writeFileSync(file(), Buffer.from('x'), { flag: 'r+' });
    const again = open();
    expect(again.former.state).toBe('corrupt');
    again.close();
  });
});

describe('room', () => {
  test('is refused, not stolen, when every slot is taken', () => {
    const journal = journalOfEpochOne();
    for (let n = 0; n < 8; n++) expect(journal.openSlot(entry(n))).toBe(n);
    expect(journal.openSlot(entry(9))).toBe(-1);
    journal.freeSlot(3);
    expect(journal.openSlot(entry(9))).toBe(3);
    journal.close();
  });

  test('is not written to after it was closed', () => {
    const journal = journalOfEpochOne();
    const slot = journal.openSlot(entry(1));
    journal.close();
    expect(() => journal.advance(slot, 128)).toThrow(JournalError);
  });

  test('is written when it is made, so that a disk that fills up does not stop a watermark', () => {
    open('boot-1', 100).close();
    expect(readFileSync(file()).length).toBe(headerBytes + 100 * slotBytes);
  });
});

describe('one spender', () => {
  test('a second opener is refused with the reason, until the first closes', () => {
    const first = open();
    expect(() => open()).toThrow(/another sidecar is spending from it/);
    first.close();
    open().close();
  });

  test('a killed process leaves its watermark and no lock', async () => {
    const module = new URL('./open-journal.ts', import.meta.url).href;
    const text = `
      const { openJournal } = await import(${JSON.stringify(module)});
      const journal = openJournal({ directory: process.argv[1], bootId: 'boot-1', nowMs: 1000, slots: 8 });
      journal.beginIncarnation('first');
      journal.confirmEpoch(1);
      const slot = journal.openSlot(${JSON.stringify(entry(1))});
      journal.advance(slot, 640);
      console.log('written');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', text, directory]);
    await once(child.stdout, 'data');
    expect(() => open()).toThrow(/another sidecar/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const journal = open();
    expect(journal.former.entries[0]!.entry).toEqual(entry(1, { watermark: 640 }));
    journal.close();
  });

  test('a directory that cannot be written is refused with its name', () => {
    // Where permissions bind nobody, as for root, a file in its place does the same.
    const blocked = join(directory, 'blocked');
    writeFileSync(blocked, '');
    chmodSync(blocked, 0o400);
    expect(() => openJournal({ directory: blocked, bootId: 'b', nowMs: 0 })).toThrow(/blocked/);
  });

  test('a full disk is refused at the start', () => {
    // The kernel's own full device takes the place of the file that is being made.
    symlinkSync('/dev/full', `${file()}.new`);
    expect(() => open()).toThrow(/no space left/i);
  });
});
