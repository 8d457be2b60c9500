/**
 * Turns the bytes of an upload into lines for a `LineSink`. `push` handles all of its bytes before it returns: no
 * promise a line, and nothing kept but the unfinished last one.
 */
export interface SampleReader {
  push(bytes: Buffer): void;
  /** The last line may lack its newline. @throws InvalidRequestError where the whole upload is unusable. */
  end(): void;
}

export interface LineSink {
  /** A line that could be parsed, in the shape of an NDJSON line. */
  line(number: number, value: unknown): void;
  /** A line that could not. */
  reject(number: number, reason: string): void;
}

/** The contract's limit. It bounds what is held of one line, whatever the upload's size. */
export const maxLineBytes = 1024 * 1024;

export const overLongReason = 'longer than 1 MiB (1,048,576 bytes), which is the limit of a line';
export const invalidUtf8Reason = 'not valid UTF-8: expected text encoded as UTF-8';
