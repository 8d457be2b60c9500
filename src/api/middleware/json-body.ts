import { isUtf8 } from 'node:buffer';
import { type FieldError, InvalidRequestError } from '../../platform/errors.ts';

/**
 * Parses a JSON body, refusing what `JSON.parse` and schemas would pass over: bytes that are not UTF-8, and `__proto__`
 * keys, which it makes own properties and which later copies would obey.
 *
 * @throws InvalidRequestError that says where.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new InvalidRequestError('the body is not valid UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidRequestError(`the body is not valid JSON${place(cause)}`, { cause });
  }
  if (mayHoldProtoKey(text)) refuseProtoKeys(value);
  return value;
}

/** V8 quotes the body in its message, and bodies are not for logs: only the position is taken. */
function place(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message) : null;
  return position === null ? '' : ` at character ${position[1]}`;
}

/** A walk over the value is only worth it where the key is spelled out or could hide behind an escape. */
function mayHoldProtoKey(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u');
}

function refuseProtoKeys(value: unknown): void {
  const errors: FieldError[] = [];
  const pending: { value: unknown; location: string }[] = [{ value, location: 'body' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    const isArray = Array.isArray(next.value);
    for (const [key, inner] of Object.entries(next.value)) {
      const location = isArray ? `${next.location}[${key}]` : `${next.location}.${key}`;
      if (key === '__proto__') errors.push({ location, message: 'unknown field' });
      else pending.push({ value: inner, location });
    }
  }
  if (errors.length > 0) throw new InvalidRequestError('the body has a field named __proto__', { errors });
}
