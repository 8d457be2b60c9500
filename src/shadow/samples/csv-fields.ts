import { LineFault } from './line-fault.ts';

/**
 * The fields of one CSV record (RFC 4180, comma, doubled quotes). A quote opens a quoted field only as its first
 * character; elsewhere it is text, as in payloads that nobody quoted.
 *
 * @throws LineFault when a quoted field is not closed, or is followed by something other than a comma.
 */
export function splitCsvFields(record: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (record.charCodeAt(at) === 0x22) {
      const [field, end] = quotedField(record, at + 1, fields.length + 1);
      fields.push(field);
      at = end;
    } else {
      const comma = record.indexOf(',', at);
      const end = comma < 0 ? record.length : comma;
      fields.push(record.slice(at, end));
      at = end;
    }
    if (at >= record.length) return fields;
    at += 1;
  }
}

/** The text up to the closing quote, and the place of the comma or the end after it. */
function quotedField(record: string, start: number, column: number): [field: string, end: number] {
  let field = '';
  let at = start;
  for (;;) {
    const quote = record.indexOf('"', at);
    if (quote < 0) throw new LineFault(`the quoted field in column ${column} is not closed`);
    field += record.slice(at, quote);
    if (record.charCodeAt(quote + 1) !== 0x22) {
      const end = quote + 1;
      if (end < record.length && record[end] !== ',') {
        throw new LineFault(
          `column ${column} goes on after its closing quote with ${JSON.stringify(record[end])}, expected a comma`,
        );
      }
      return [field, end];
    }
    field += '"';
    at = quote + 2;
  }
}
