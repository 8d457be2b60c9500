import type pg from 'pg';

/** One statement of an exchange. Its text is prepared once a connection, under its name. */
export interface Statement {
  name: string;
  text: string;
  /** Buffers are sent as PostgreSQL's binary form, null as NULL, everything else as text. */
  values?: readonly (string | Buffer | null)[];
  /** For `COPY … FROM STDIN`: what is copied. */
  copy?: Buffer;
}

/** Rows as text, in the order of the statement's columns. */
export type Row = (string | null)[];

/**
 * Sends several statements at once and waits once: what `pg` does one round trip at a time. The first error skips the
 * rest and is thrown; in a transaction the caller then rolls back.
 *
 * It speaks the extended query protocol (PostgreSQL manual, 54.2.3) through the driver's own connection, as its cursor
 * and COPY libraries do. A COPY's data is sent behind its Execute without waiting for the server's CopyInResponse, which
 * the protocol allows: a server that refused the COPY skips the data with everything else up to the Sync.
 *
 * @returns the rows of each statement.
 * @throws pg.DatabaseError of the first statement that failed, or the connection's error.
 */
export function exchange(client: pg.ClientBase, statements: readonly Statement[]): Promise<Row[][]> {
  return new Promise((resolve, reject) => {
    client.query(new Exchange(statements, resolve, reject));
  });
}

/**
 * The same, ended by breaking the connection when the server does not answer within `timeoutMs`: a network that swallows
 * packets sends no error, and the server's own statement timeout cannot be heard.
 */
export async function exchangeWithin(
  client: pg.ClientBase,
  statements: readonly Statement[],
  timeoutMs: number,
): Promise<Row[][]> {
  const { connection } = client as pg.ClientBase & {
    connection: { stream: { destroy(error: Error): void } };
  };
  const silence = new Error(`Connection terminated: no answer within ${timeoutMs} ms`);
  const timer = setTimeout(() => connection.stream.destroy(silence), timeoutMs);
  try {
    return await exchange(client, statements);
  } finally {
    clearTimeout(timer);
  }
}

/** The parts of the driver's connection that submittable queries use; its types leave them out. */
interface Connection {
  stream: { write(bytes: Buffer): void };
  parsedStatements: Record<string, string>;
  close(message: { type: 'S'; name: string }): void;
  parse(message: { name: string; text: string; types: number[] }): void;
  bind(message: { statement: string; values: unknown[]; binary: boolean }): void;
  execute(message: Record<string, never>): void;
  sync(): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

class Exchange implements pg.Submittable {
  readonly #statements: readonly Statement[];
  readonly #resolve: (rows: Row[][]) => void;
  readonly #reject: (error: Error) => void;
  readonly #rows: Row[][] = [];
  #current: Row[] = [];
  readonly #parsed: Statement[] = [];

  constructor(
    statements: readonly Statement[],
    resolve: (rows: Row[][]) => void,
    reject: (error: Error) => void,
  ) {
    this.#statements = statements;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: unknown): void {
    const { stream } = connection as Connection;
    const messages: Buffer[] = [];
    // The driver writes every message by itself, 40 in a batch of the ledger: in a profile of batches of 32 spends a third
    // of the processor time went into writing them apart.
    const collector = Object.create(connection as object, {
      _send: { value: (message: Buffer) => messages.push(message) },
    }) as Connection;
    for (const statement of this.#statements) this.#send(collector, statement);
    collector.sync();
    stream.write(Buffer.concat(messages));
  }

  #send(to: Connection, { name, text, values = [], copy }: Statement): void {
    if (to.parsedStatements[name] === undefined && !this.#parsed.some((one) => one.name === name)) {
      // After a failed exchange it is not known which statements were prepared; closing one that was not is no error.
      to.close({ type: 'S', name });
      to.parse({ name, text, types: [] });
      this.#parsed.push({ name, text });
    }
    to.bind({ statement: name, values: [...values], binary: false });
    to.execute({});
    if (copy === undefined) return;
    to.sendCopyFromChunk(copy);
    to.endCopyFrom();
  }

  handleRowDescription(): void {}

  handleDataRow(message: { fields: Row }): void {
    this.#current.push(message.fields);
  }

  handleCommandComplete(): void {
    this.#rows.push(this.#current);
    this.#current = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleCopyInResponse(): void {}

  handlePortalSuspended(): void {}

  handleError(error: Error): void {
    this.#reject(error);
  }

  handleReadyForQuery(connection: unknown): void {
    const { parsedStatements } = connection as Connection;
    for (const { name, text } of this.#parsed) parsedStatements[name] = text;
    this.#resolve(this.#rows);
  }
}
