import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createLeaseEngine } from '../src/sidecar/core/engine.ts';
import type { LeaseEngine } from '../src/sidecar/core/engine-api.ts';
import type { Journal } from '../src/sidecar/core/journal.ts';
import type { LedgerTransport } from '../src/sidecar/core/protocol.ts';
import { readBootId } from '../src/sidecar/journal/boot-id.ts';
import { openJournal } from '../src/sidecar/journal/open-journal.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const decisions = 2_000_000;
const tenantIds = Array.from({ length: 100 }, (_, i) => `tenant-${i}`);
const leaseSize = 10_000_000;

/**
 * P10: decisions of one credit over 100 tenants, with the journal in a directory, against the same without one. The ledger
 * answers at once, so that nothing but deciding is measured.
 */
export async function leaseDecisionScenario({ rounds }: BenchContext): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-journal-'));
  const journal = openJournal({ directory, bootId: readBootId(), nowMs: performance.now() });
  try {
    const journaled = startEngine(journal);
    const bare = startEngine(noJournal);
    const measure = (engine: LeaseEngine) => async () => decide(engine);
    for (const engine of [journaled, bare]) decide(engine);
    const { a, b, ratio, ranges } = await alternate(rounds, measure(journaled), measure(bare));
    const row: BenchRow = {
      id: 'P10',
      scenario: 'lease decision in the process, 100 tenants: with journal | without',
      assay: a,
      reference: b,
      ratio,
      floor: null,
      goal: null,
      unit: 'thousand decisions/s',
      ranges,
      note: 'the goals are absolute: floor 1,000, goal 2,000 thousand decisions/s with journal',
    };
    return [row];
  } finally {
    journal.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns thousand decisions a second. */
function decide(engine: LeaseEngine): number {
  const startedAt = performance.now();
  let allowed = 0;
  for (let i = 0; i < decisions; i++) {
    if (engine.decide(tenantIds[i % tenantIds.length]!, 1) >= 0) allowed++;
    // As a process does every 50 ms.
    if (i % 100_000 === 0) engine.tick();
  }
  const milliseconds = performance.now() - startedAt;
  if (allowed < decisions - 2 * tenantIds.length) throw new Error(`only ${allowed} were allowed`);
  return decisions / milliseconds;
}

function startEngine(journal: Journal): LeaseEngine {
  let names = 0;
  const newId = () => `00000000-0000-4000-8000-${String(++names).padStart(12, '0')}`;
  const nowMs = () => performance.now();
  const engine = createLeaseEngine({
    nowMs,
    random: Math.random,
    newId,
    journal,
    transport: generous(newId),
  });
  engine.start();
  return engine;
}

const generous = (newId: () => string): LedgerTransport => ({
  register: (_, done) => done({ kind: 'registered', epoch: 1, leases: [] }),
  acquire: ({ want }, done) =>
    done({
      kind: 'granted',
      leaseId: newId(),
      amount: Math.max(want, leaseSize),
      ttlMs: 30_000,
      refreshMs: 10_000,
      recall: false,
    }),
  settle: (settlements, done) =>
    done({
      kind: 'answered',
      items: settlements.map(({ final }) => ({
        kind: 'settled',
        state: final ? 'settled' : 'active',
        expiresInMs: 30_000,
        recall: false,
      })),
    }),
});

const noJournal: Journal = {
  bootId: 'none',
  former: { state: 'fresh', epoch: 0, unconfirmedIncarnation: null, entries: [], tornSlots: 0 },
  slots: 4_096,
  beginIncarnation: () => {},
  confirmEpoch: () => {},
  openSlot: () => 0,
  advance: () => {},
  rewrite: () => {},
  freeSlot: () => {},
};
