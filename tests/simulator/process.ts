import type { ReserveResult } from '../../src/sidecar/core/decision.ts';
import { createLeaseEngine } from '../../src/sidecar/core/engine.ts';
import type { LeaseEngine } from '../../src/sidecar/core/engine-api.ts';
import type { LedgerTransport } from '../../src/sidecar/core/protocol.ts';
import type { EngineSettings } from '../../src/sidecar/core/settings.ts';
import { type Disk, openDiskJournal } from './disk.ts';
import type { SidecarFlaws } from './flaws.ts';
import { flawedJournal, flawedTransport } from './sidecar-flaws.ts';

/** A machine that pods run on. */
export interface Machine {
  bootId: string;
  bootedAtMs: number;
  wallOffsetMs: number;
}

export interface Pod {
  instance: string;
  machine: Machine;
  disk: Disk;
  process: SidecarProcess | null;
  partitionedUntilMs: number;
  /** It was replaced by another of its name; nobody restarts it. */
  isReplaced: boolean;
}

export interface SidecarProcess {
  pod: Pod;
  /** Later processes have higher ones. */
  start: number;
  alive: boolean;
  pausedUntilMs: number;
  engine: LeaseEngine;
  lastUsed: Map<string, number>;
  grantedHere: Set<string>;
  /** By how much the leases must have moved when what it does now is over. */
  expected: number;
  reservations: { tenantId: string; id: string; amount: number }[];
  requestIds: Map<string, number>;
  /** Writes that a flawed journal puts off. */
  later: (() => void)[];
}

export interface StartOptions {
  pod: Pod;
  start: number;
  flaws: SidecarFlaws;
  settings: Partial<EngineSettings>;
  nowMs(): number;
  random(): number;
  newId(): string;
  transportOf(process: SidecarProcess): LedgerTransport;
  /** Around every write: whether the process is killed here. */
  diesNow(): boolean;
  died(process: SidecarProcess): void;
}

class Killed extends Error {}

/** @returns null when the pod's journal is in use or cannot be written. */
export function startProcess(options: StartOptions): SidecarProcess | null {
  const { pod, flaws, nowMs } = options;
  const { disk, machine } = pod;
  if (disk.full || (disk.holder?.alive && !flaws.noLock)) return null;
  const process: SidecarProcess = {
    pod,
    start: options.start,
    alive: true,
    pausedUntilMs: 0,
    engine: null as unknown as LeaseEngine,
    lastUsed: new Map(),
    grantedHere: new Set(),
    expected: 0,
    reservations: [],
    requestIds: new Map(),
    later: [],
  };
  disk.holder = process;
  const aroundWrite = () => {
    if (process.alive && options.diesNow()) options.died(process);
    if (!process.alive) throw new Killed();
  };
  const monotonic = () => nowMs() - machine.bootedAtMs;
  const wall = () => nowMs() + machine.wallOffsetMs;
  const trustAnotherBoot = flaws.trustAnotherBoot ?? false;
  const opened = openDiskJournal({ disk, bootId: machine.bootId, trustAnotherBoot, aroundWrite });
  const journal = flawedJournal(opened, flaws, (write) => process.later.push(write));
  const clock = flaws.wallClock ? wall : monotonic;
  const transport = flawedTransport(options.transportOf(process), journal, flaws, clock);
  const { random, newId, settings } = options;
  const engine = createLeaseEngine({ nowMs: clock, random, newId, journal, transport, settings });
  process.engine = flawedEngine(engine, flaws, newId);
  pod.process = process;
  return process;
}

function flawedEngine(engine: LeaseEngine, flaws: SidecarFlaws, newId: () => string): LeaseEngine {
  if (flaws.forgetRequestIds) {
    const consume = engine.consume.bind(engine);
    engine.consume = ({ tenantId, amount }) => consume({ tenantId, amount });
  }
  if (flaws.reserveOutsideTheLease)
    engine.reserve = (): ReserveResult => ({ kind: 'reserved', reservationId: newId(), leaseRemaining: 0 });
  return engine;
}
