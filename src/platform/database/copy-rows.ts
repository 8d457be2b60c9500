import type { ClientBase } from 'pg';
import { copyOutParts } from './copy-out-parts.ts';
import { type Allocate, type CopyField, CopyRowParser } from './copy-row-parser.ts';

/** COPY takes no parameters; integers are the only ones ever put into its text. */
export type CopyParameters = Record<string, number | null>;

/**
 * Streams the rows of `select` out of PostgreSQL by binary COPY, a network buffer's worth at a time and no faster
 * than the caller reads. `:name` in the text is replaced by the integer parameter of that name, or NULL.
 *
 * Leaving the loop early leaves the COPY half read: the connection must then be destroyed, not released.
 *
 * @throws RangeError when a parameter is not a safe integer.
 */
export async function* copyRows(
  client: ClientBase,
  select: string,
  parameters: CopyParameters,
  allocate?: Allocate,
): AsyncGenerator<CopyField[][], void, undefined> {
  const text = select.replace(/(?<!:):([a-z_]+)\b/g, (_, name: string) => literal(name, parameters[name]));
  const parser = new CopyRowParser(allocate);
  yield* copyOutParts(client, `COPY (${text}) TO STDOUT (FORMAT binary)`, (bytes) => {
    const rows = parser.push(bytes);
    return rows.length > 0 ? rows : null;
  });
}

function literal(name: string, value: number | null | undefined): string {
  if (value === null) return 'NULL::bigint';
  if (!Number.isSafeInteger(value))
    throw new RangeError(`COPY parameter ${name} must be a safe integer, found ${value}`);
  return `${value}::bigint`;
}

/** A bigint field as a number; ordinals and milliseconds stay far below 2⁵³. */
export function readBigint(field: CopyField | undefined): number {
  return Number(field!.readBigInt64BE(0));
}
