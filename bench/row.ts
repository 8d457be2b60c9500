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
  /** Smallest and largest of the rounds. */
  ranges?: Ranges;
  note?: string;
}

export interface Ranges {
  assay: readonly [number, number];
  reference: readonly [number, number];
  ratio: readonly [number, number];
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

export interface Measured {
  a: number;
  b: number;
  ratio: number;
  ranges: Ranges;
}

/** Runs A and B in turn and compares round by round, so that a machine that slows down slows both. */
export async function alternate(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<Measured> {
  const as: number[] = [];
  const bs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    as.push(await a());
    bs.push(await b());
  }
  const ratios = as.map((value, round) => value / bs[round]!);
  const ranges = { assay: range(as), reference: range(bs), ratio: range(ratios) };
  return { a: median(as), b: median(bs), ratio: median(ratios), ranges };
}

const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
