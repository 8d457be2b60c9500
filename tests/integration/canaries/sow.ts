import type { SendOptions, TestAnswer, TestApi } from '../../support/api.ts';
import type { BaseRequest } from './base-requests.ts';
import type { TextField } from './string-fields.ts';

/** A request on its way to `api.send`. */
export interface Request {
  method: string;
  url: string;
  options: SendOptions;
}

interface Parts {
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
}

/** The base request with one text replaced. */
export function requestWith(
  operation: string,
  base: BaseRequest,
  field: TextField | null,
  text: string,
): Request {
  const parts = partsOf(base);
  if (field?.in === 'body') parts.body = replaced(parts.body, field.path, text);
  else if (field !== null) parts[field.in === 'header' ? 'headers' : field.in][field.path[0]!] = text;
  return assembled(operation, parts);
}

/** Requests with a text where the contract has none: headers, fields and parameters it does not know, broken JSON. */
export function* oddRequests(operation: string, base: BaseRequest, text: string): Generator<Request> {
  const headers = Object.fromEntries(harmlessHeaders.map((name) => [name, text]));
  for (const some of [headers, { authorization: text }, { 'content-encoding': text }])
    yield assembled(operation, { ...partsOf(base), headers: some });
  for (const query of [{ [text]: 'x' }, { odd: text }])
    yield assembled(operation, { ...partsOf(base), query: { ...base.query, ...query } });
  for (const name of Object.keys(base.path ?? {}))
    yield assembled(operation, { ...partsOf(base), path: { ...base.path, [name]: text } });
  if (operation.startsWith('GET')) return;
  const odd = [
    JSON.stringify(text),
    `{"${text}"`,
    `{"a": ${text}}`,
    text,
    { ...(base.body as object), [text]: text },
  ];
  for (const body of [...odd, { ...(base.body as object), odd: { [text]: [text] } }])
    yield assembled(operation, { ...partsOf(base), body });
}

/** Those of callers and proxies that change nothing about what is done. */
const harmlessHeaders = [
  'x-request-id',
  'idempotency-key',
  'user-agent',
  'cookie',
  'referer',
  'origin',
  'prefer',
  'x-forwarded-for',
  'traceparent',
  'last-event-id',
  'accept',
];

const partsOf = (base: BaseRequest): Parts => ({
  path: { ...base.path },
  query: { ...base.query },
  headers: {},
  body: structuredClone(base.body),
});

function assembled(operation: string, { path, query, headers, body }: Parts): Request {
  const [method, pattern] = operation.split(' ') as [string, string];
  const url = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? 'x'));
  const search = new URLSearchParams(query).toString();
  return {
    method,
    url: search === '' ? url : `${url}?${search}`,
    options: { headers, ...(body === undefined ? {} : { body }) },
  };
}

/** The text that stands in the base request, followed by another; null where none stands. */
export function followed(base: BaseRequest, field: TextField, text: string): string | null {
  const from = { body: base.body, path: base.path, query: base.query, header: {} }[field.in];
  let value: unknown = from;
  for (const name of field.path) {
    if (typeof value !== 'object' || value === null) return null;
    value = name === '*' ? (value as unknown[])[0] : (value as Record<string, unknown>)[name];
  }
  return typeof value === 'string' ? `${value}-${text}` : null;
}

/** A copy in which the place holds the text; what lies on the way to it is made where it is missing. */
function replaced(value: unknown, path: readonly string[], text: string): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return text;
  if (name === '*') {
    const [first, ...others] = Array.isArray(value) ? value : [];
    return [replaced(first, rest, text), ...others];
  }
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  if (name === '?') return { ...object, [text]: 'x', note: text, deep: [{ [text]: [text] }] };
  return { ...object, [name]: replaced((object as Record<string, unknown>)[name], rest, text) };
}

/** Whether the base request has what lies around the place. */
export function reaches(base: BaseRequest, field: TextField): boolean {
  if (field.in !== 'body') return true;
  let value = base.body;
  for (const name of field.path.slice(0, -1)) {
    if (typeof value !== 'object' || value === null) return false;
    value = name === '*' ? (value as unknown[])[0] : (value as Record<string, unknown>)[name];
  }
  return typeof value === 'object' && value !== null;
}

/** With what can be done once only made anew. */
export async function prepared(base: BaseRequest): Promise<BaseRequest> {
  return base.before === undefined ? base : { ...base, ...(await base.before()) };
}

export function send(api: TestApi, key: string, { method, url, options }: Request): Promise<TestAnswer> {
  const authorization = options.headers?.authorization;
  return api.send(method, url, authorization === undefined ? { key, ...options } : options);
}
