import { unescape as percentDecode } from 'node:querystring';
import { describeValue, LineFault } from './line-fault.ts';
import { lowerCaseName } from './read-headers.ts';
import type { SampleField } from './read-sample.ts';

type Json = Record<string, unknown>;
const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/**
 * A HAR entry in the shape of an NDJSON line. `uri` is the path and query as they were sent. `payload` is the text of
 * the body; without a body the decoded query string, since that is where a GET carries what the caller typed.
 * Addresses are not taken: `serverIPAddress` is the wrong end, and browsers record no other.
 */
export function harLine(entry: unknown): Partial<Record<SampleField, unknown>> {
  if (!isObject(entry)) throw new LineFault(`the entry is ${describeValue(entry)}, expected an object`);
  const { request } = entry;
  if (!isObject(request)) throw new LineFault(`request is ${describeValue(request)}, expected an object`);
  const { url } = request;
  if (typeof url !== 'string') throw new LineFault(`request.url is ${describeValue(url)}, expected a string`);
  const uri = pathAndQuery(url);
  return {
    timestamp: entry.startedDateTime,
    method: request.method,
    uri,
    headers: headersOf(request.headers),
    payload: bodyText(request.postData) ?? decodedQuery(uri),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Cut off by hand: `new URL` would resolve `/../`, which is the very thing a traversal rule looks for. */
function pathAndQuery(url: string): string {
  const rest = url.replace(origin, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function decodedQuery(uri: string): string | null {
  const mark = uri.indexOf('?');
  return mark < 0 ? null : percentDecode(uri.slice(mark + 1).replaceAll('+', ' '));
}

function bodyText(postData: unknown): string | null {
  if (postData == null) return null;
  if (!isObject(postData)) {
    throw new LineFault(`request.postData is ${describeValue(postData)}, expected an object`);
  }
  const { text, params } = postData;
  if (typeof text === 'string') return text;
  if (!Array.isArray(params)) return null;
  return params
    .filter(isObject)
    .map((param) => `${param.name}=${param.value ?? ''}`)
    .join('&');
}

/** HTTP/2 pseudo-headers (`:authority`) are left out, except that `:authority` is the host. */
function headersOf(list: unknown): Record<string, string[]> {
  if (list != null && !Array.isArray(list)) {
    throw new LineFault(`request.headers is ${describeValue(list)}, expected a list of {name, value}`);
  }
  const headers: Record<string, string[]> = Object.create(null);
  for (const header of list ?? []) {
    if (!isObject(header) || typeof header.name !== 'string' || typeof header.value !== 'string') {
      throw new LineFault('request.headers holds something other than {name, value} with two strings');
    }
    const name = lowerCaseName(header.name === ':authority' ? 'host' : header.name);
    if (name.startsWith(':')) continue;
    headers[name] ??= [];
    headers[name].push(header.value);
  }
  return headers;
}
