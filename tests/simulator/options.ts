import { actAsClient, type ClientStats } from './client.ts';
import type { Variant } from './flaws.ts';
import type { SidecarProcess } from './process.ts';

/** What is simulated; times in milliseconds of simulated time. */
export interface SimulationOptions {
  seed: number;
  events: number;
  variant?: Variant;
  pods: number;
  tenants: number;
  ttlMs: number;
  /** What each tenant has at first. */
  credits: number;
  /** Whether tenants are topped up as time goes by. */
  topUps: boolean;
  /** Between two requests to one pod, on average: the shortest and the longest mean. */
  requestEveryMs: readonly [number, number];
  client: (process: SidecarProcess, tenantId: string, random: () => number, stats: ClientStats) => void;
  /** Chances and kinds of trouble; see `calm` and `chaos`. */
  trouble: Trouble;
}

export const usual = {
  pods: 4,
  tenants: 2,
  ttlMs: 3_000,
  credits: 2_000,
  topUps: true,
  requestEveryMs: [5, 65],
  client: actAsClient,
} as const;

export interface Trouble {
  /** Between two faults, on average. */
  faultEveryMs: number;
  faults: readonly Fault[];
  loseMessage: number;
  duplicateMessage: number;
  /** That a message is late: fifty times as long under way, one in ten of them a thousand times. */
  lateMessage: number;
  /** The longest delay of a message that is not late. */
  delayMs: number;
  /** That a process is killed in the middle of a write to the journal. */
  killAtWrite: number;
}

export const allFaults = [
  'kill',
  'replace_pod',
  'reboot',
  'pause',
  'partition',
  'ledger_down',
  'ledger_clock_jump',
  'wall_clock_jump',
  'disk_full',
  'second_process',
  'drain',
  'stale_register',
] as const;
export type Fault = (typeof allFaults)[number];

export const chaos: Trouble = {
  faultEveryMs: 800,
  faults: allFaults,
  loseMessage: 0.03,
  duplicateMessage: 0.05,
  lateMessage: 0.03,
  delayMs: 20,
  killAtWrite: 0.000_5,
};

// PostgreSQL's time only goes on: what jumps of its clock do, the model tells.
export const realTrouble: Trouble = {
  ...chaos,
  faults: allFaults.filter((fault) => fault !== 'ledger_clock_jump'),
};

/** Processes are killed, and nothing else: nothing may be lost but what is between spent and watermark. */
export const killsOnly: Trouble = {
  faultEveryMs: 700,
  faults: ['kill'],
  loseMessage: 0,
  duplicateMessage: 0,
  lateMessage: 0.03,
  delayMs: 10,
  killAtWrite: 0,
};

export const calm: Trouble = {
  faultEveryMs: Number.POSITIVE_INFINITY,
  faults: [],
  loseMessage: 0,
  duplicateMessage: 0,
  lateMessage: 0,
  delayMs: 10,
  killAtWrite: 0,
};
