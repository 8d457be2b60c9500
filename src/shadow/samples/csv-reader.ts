import { isUtf8 } from 'node:buffer';
import { InvalidRequestError } from '../../platform/errors.ts';
import { csvColumns } from './csv-columns.ts';
import { splitCsvFields } from './csv-fields.ts';
import { CsvRecords } from './csv-records.ts';
import { LineFault } from './line-fault.ts';
import { invalidUtf8Reason, type LineSink, overLongReason, type SampleReader } from './sample-reader.ts';

/** CSV whose first record names the columns. A line number is that of the line on which the record starts. */
export class CsvReader implements SampleReader {
  readonly #sink: LineSink;
  readonly #labelGiven: boolean;
  readonly #records: CsvRecords;
  #toLine: ReturnType<typeof csvColumns> | null = null;

  constructor(sink: LineSink, labelGiven: boolean) {
    this.#sink = sink;
    this.#labelGiven = labelGiven;
    this.#records = new CsvRecords((number, record) => this.#record(number, record));
  }

  push(bytes: Buffer): void {
    this.#records.push(bytes);
  }

  end(): void {
    this.#records.end();
  }

  #record(number: number, record: Buffer | null): void {
    if (this.#toLine === null) this.#header(record);
    else if (record === null) this.#sink.reject(number, overLongReason);
    else if (!isUtf8(record)) this.#sink.reject(number, invalidUtf8Reason);
    else this.#row(number, withoutCarriageReturn(record.toString()), this.#toLine);
  }

  #header(record: Buffer | null): void {
    if (record === null || !isUtf8(record)) {
      throw new InvalidRequestError(
        `CSV header row: ${record === null ? overLongReason : invalidUtf8Reason}; nothing was stored`,
      );
    }
    const text = withoutCarriageReturn(record.toString()).replace(/^\ufeff/, '');
    if (text.trim() === '') return;
    try {
      this.#toLine = csvColumns(splitCsvFields(text), this.#labelGiven);
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      throw new InvalidRequestError(`CSV header row: ${error.message}; nothing was stored`);
    }
  }

  #row(number: number, text: string, toLine: ReturnType<typeof csvColumns>): void {
    if (text.trim() === '') return;
    let line: unknown;
    try {
      line = toLine(splitCsvFields(text));
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      this.#sink.reject(number, error.message);
      return;
    }
    this.#sink.line(number, line);
  }
}

function withoutCarriageReturn(record: string): string {
  return record.endsWith('\r') ? record.slice(0, -1) : record;
}
