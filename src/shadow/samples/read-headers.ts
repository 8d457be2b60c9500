import type { Sample } from '../batch/sample.ts';
import { describeValue, glimpse, LineFault } from './line-fault.ts';

type Header = Sample['headers'][number];
const none: Sample['headers'] = [];
const upperCase = /[A-Z]/;

/**
 * Headers as name and value pairs, names in ASCII lower case. A value is a string or a number, or an array of them
 * for a header that was sent more than once; null means the header was not there.
 */
export function readHeaders(value: unknown): Sample['headers'] {
  if (value == null) return none;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new LineFault(`headers is ${describeValue(value)}, expected an object of names and values`);
  }
  const headers: Header[] = [];
  const source = value as Record<string, unknown>;
  // `__proto__` is here an own key like any other; it is only ever read, so it pollutes nothing.
  for (const name in source) {
    const found = source[name];
    const key = lowerCaseName(name);
    if (typeof found === 'string') headers.push([key, found.toWellFormed()]);
    else if (Array.isArray(found)) for (const item of found) headers.push([key, headerValue(name, item)]);
    else if (found !== null) headers.push([key, headerValue(name, found)]);
  }
  return headers;
}

/** A–Z only: a header name is ASCII, and full case mapping would turn U+212A into `k`. */
export function lowerCaseName(name: string): string {
  if (!upperCase.test(name)) return name.toWellFormed();
  return name.toWellFormed().replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function headerValue(name: string, value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return String(value);
  throw new LineFault(
    `headers[${JSON.stringify(glimpse(name))}] is ${describeValue(value)}, expected a string, a number or an array of them`,
  );
}
