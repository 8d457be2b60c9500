import type { LineSink } from './sample-reader.ts';

/** A sink for tests: what a reader made of its bytes, in order. */
export class RecordingSink implements LineSink {
  readonly lines: [number: number, value: unknown][] = [];
  readonly rejected: [number: number, reason: string][] = [];

  line(number: number, value: unknown): void {
    this.lines.push([number, value]);
  }

  reject(number: number, reason: string): void {
    this.rejected.push([number, reason]);
  }
}
