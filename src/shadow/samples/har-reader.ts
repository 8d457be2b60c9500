import { isUtf8 } from 'node:buffer';
import { HarEntries } from './har-entries.ts';
import { harLine } from './har-line.ts';
import { glimpse, LineFault } from './line-fault.ts';
import { invalidUtf8Reason, type LineSink, overLongReason, type SampleReader } from './sample-reader.ts';

/** HAR 1.2; the number of a line is that of the entry, from 1. */
export class HarReader implements SampleReader {
  readonly #sink: LineSink;
  readonly #entries: HarEntries;
  #started = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
    this.#entries = new HarEntries((number, entry) => this.#entry(number, entry));
  }

  push(bytes: Buffer): void {
    const isMarked = !this.#started && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#started = true;
    this.#entries.push(isMarked ? bytes.subarray(3) : bytes);
  }

  end(): void {
    this.#entries.end();
  }

  #entry(number: number, bytes: Buffer | null): void {
    if (bytes === null || !isUtf8(bytes)) {
      this.#sink.reject(number, bytes === null ? overLongReason : invalidUtf8Reason);
      return;
    }
    let line: unknown;
    try {
      line = harLine(JSON.parse(bytes.toString()));
    } catch (error) {
      if (error instanceof LineFault) this.#sink.reject(number, error.message);
      else if (error instanceof SyntaxError) {
        this.#sink.reject(number, `not valid JSON: ${glimpse(error.message)}`);
      } else throw error;
      return;
    }
    this.#sink.line(number, line);
  }
}
