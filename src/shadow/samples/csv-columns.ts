import { InvalidRequestError } from '../../platform/errors.ts';
import { glimpse, LineFault } from './line-fault.ts';
import { lowerCaseName } from './read-headers.ts';
import { type SampleField, sampleFields } from './read-sample.ts';

/** Puts the text of one column into the line under construction. */
type Setter = (line: CsvLine, text: string) => void;
type CsvLine = Partial<Record<SampleField, unknown>>;

const headerColumn = /^headers?\.(.+)$/s;
const truths = new Map([
  ...['true', '1', 'yes', 'y', 't', 'attack'].map((text) => [text, true] as const),
  ...['false', '0', 'no', 'n', 'f', 'benign'].map((text) => [text, false] as const),
]);

/**
 * What each column of the header row means. Empty text is an absent value: CSV cannot tell the two apart.
 *
 * @throws InvalidRequestError when a column is unknown or named twice, or when nothing says what is an attack.
 */
export function csvColumns(
  names: readonly string[],
  labelGiven: boolean,
): (fields: readonly string[]) => CsvLine {
  const known = names.map((name) => name.trim());
  const setters = known.map(setterOf);
  const repeated = known.find((name, i) => known.indexOf(name) !== i);
  if (repeated !== undefined) throw headerFault(`column ${JSON.stringify(glimpse(repeated))} is named twice`);
  if (!labelGiven && !known.includes('is_attack')) {
    throw headerFault('there is no column is_attack, and the request has no ?label=attack or ?label=benign');
  }
  return (fields) => {
    if (fields.length !== setters.length) {
      throw new LineFault(`found ${fields.length} columns, expected ${setters.length} as in the header row`);
    }
    const line: CsvLine = {};
    for (let i = 0; i < fields.length; i++) if (fields[i] !== '') setters[i]!(line, fields[i]!);
    return line;
  };
}

function setterOf(name: string): Setter {
  const header = headerColumn.exec(name)?.[1];
  if (header !== undefined) {
    const key = lowerCaseName(header);
    return (line, text) => {
      headersOf(line)[key] = text;
    };
  }
  switch (name) {
    case 'headers':
      return (line, text) => {
        Object.assign(headersOf(line), jsonObject(name, text));
      };
    case 'metadata':
      return (line, text) => {
        line.metadata = jsonObject(name, text);
      };
    case 'is_attack':
      return (line, text) => {
        line.is_attack = truth(text);
      };
    case 'timestamp':
      return (line, text) => {
        line.timestamp = /^-?\d{1,16}$/.test(text) ? Number(text) : text;
      };
    default:
      if (!(sampleFields as readonly string[]).includes(name)) {
        throw headerFault(
          `unknown column ${JSON.stringify(glimpse(name))}, expected ${sampleFields.join(', ')} or header.<name>`,
        );
      }
      return (line, text) => {
        line[name as SampleField] = text;
      };
  }
}

/** Without a prototype, so that `__proto__`, as a column or in the JSON text, is a header and nothing more. */
function headersOf(line: CsvLine): Record<string, unknown> {
  line.headers ??= Object.create(null);
  return line.headers as Record<string, unknown>;
}

function jsonObject(column: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LineFault(`${column} is not valid JSON: ${glimpse((error as Error).message)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new LineFault(`${column} is ${JSON.stringify(glimpse(text))}, expected a JSON object`);
}

function truth(text: string): boolean {
  const value = truths.get(text.trim().toLowerCase());
  if (value !== undefined) return value;
  throw new LineFault(`is_attack is ${JSON.stringify(glimpse(text))}, expected true, false, 1, 0, yes or no`);
}

function headerFault(what: string): InvalidRequestError {
  const message = `CSV header row: ${what}`;
  return new InvalidRequestError(`${message}; nothing was stored`, {
    errors: [{ location: 'line 1', message }],
  });
}
