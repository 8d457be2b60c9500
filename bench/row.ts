import type { Pool } from 'pg';
import type { Config } from '../src/platform/config/load.ts';

/** One line of the table: a ratio of ours to a reference measured in the same run, alternating with it. */
export interface BenchRow {
  /** As in the goals: `P6` … */
  id: string;
  scenario: string;
  /** Medians, in `unit`. */
  assay: number;
  reference: number;
  /** Median of the rounds' ratios. */
  ratio: number;
  floor: number | null;
  goal: number | null;
  unit: string;
  note?: string;
}

/** What every scenario gets: a migrated database of its own on a server started for the run. */
export interface BenchContext {
  config: Config;
  /** As the application role. */
  pool: Pool;
  /** Rounds of A, B, A, B … */
  rounds: number;
  /** Labelled traffic as NDJSON, gzip: the shared files where they are, else made by the generator. */
  trafficFiles: string[];
  log: (line: string) => void;
}

export type Scenario = (context: BenchContext) => Promise<BenchRow[]>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs A and B in turn and compares round by round, so that a machine that slows down slows both. */
export async function alternate(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ a: number; b: number; ratio: number }> {
  const as: number[] = [];
  const bs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    as.push(await a());
    bs.push(await b());
  }
  return { a: median(as), b: median(bs), ratio: median(as.map((value, round) => value / bs[round]!)) };
}
