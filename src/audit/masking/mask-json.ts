import { InvalidRequestError } from '../../platform/errors.ts';
import { maskSensitiveText } from '../../platform/sensitive-text/mask-sensitive-text.ts';
import { maskToken } from '../../platform/sensitive-text/mask-token.ts';
import { type FieldKind, fieldKindOf } from './field-kind.ts';
import { maskExpiry } from './mask-expiry.ts';
import { maskIp } from './mask-ip.ts';
import { maskName } from './mask-name.ts';
import { maskText } from './mask-text.ts';
import { maskUserAgent } from './mask-user-agent.ts';

/**
 * A JSON value as it may be stored: every text and whole number at any depth is masked, keys too, by what the name of its
 * field says. The same reference when nothing had to be masked, so that a caller can tell; the input is never changed.
 *
 * @param value what `JSON.parse` returns.
 * @throws InvalidRequestError when it is nested deeper than `depthMax`.
 * @example maskJson({ card_number: '4111111111111111', cvv: 123 }); // { card_number: '****-****-****-1111', cvv: '***' }
 */
export function maskJson(value: unknown): unknown {
  return maskValue(value, undefined, 0);
}

/** Ten times what people nest; some thousands would exhaust the stack. */
const depthMax = 100;

function maskValue(value: unknown, field: string | undefined, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return maskString(value, field);
    case 'number':
      return maskNumber(value, field);
    case 'object':
      if (value === null) return null;
      if (depth > depthMax) throw new InvalidRequestError(`a value is nested deeper than ${depthMax} levels`);
      return Array.isArray(value)
        ? maskArray(value, field, depth + 1)
        : maskObject(value as Record<string, unknown>, depth + 1);
    default:
      return value;
  }
}

/** The items of a list are of the kind the list's name says: `card_numbers`… as `card_number`. */
function maskArray(items: unknown[], field: string | undefined, depth: number): unknown[] {
  const itemField = field?.replace(/s$/, '');
  let masked: unknown[] | undefined;
  for (const [i, item] of items.entries()) {
    const after = maskValue(item, itemField, depth);
    if (after === item) continue;
    masked ??= [...items];
    masked[i] = after;
  }
  return masked ?? items;
}

function maskObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let changed = false;
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    const entry: [string, unknown] = [maskSensitiveText(key), maskValue(value, key, depth)];
    changed ||= entry[0] !== key || entry[1] !== value;
    entries.push(entry);
  }
  // From entries, not by assignment: a key may be `__proto__`.
  return changed ? Object.fromEntries(entries) : object;
}

function maskNumber(value: number, field: string | undefined): unknown {
  const kind = kindOf(field);
  if (kind === 'security-code') return '***';
  // Under 12 digits it is no card number; beyond 2⁵³ digits were lost, yet the first fifteen still are somebody's.
  if (!Number.isInteger(value) || value < 1e11 || value > 1e19) return value;
  const text = String(value);
  const masked = maskText(text, field);
  return masked === text ? value : masked;
}

function maskString(text: string, field: string | undefined): string {
  if (text === '') return text;
  return masks[kindOf(field)]?.(text) ?? maskText(text, field);
}

const masks: { [kind in FieldKind]?: (text: string) => string } = {
  'security-code': () => '***',
  // Ends of a validity are no card's unless they are written like one: month and year.
  expiry: (text) => (/^ ?\d{1,2} ?[/.-]? ?(?:\d{2}|\d{4}) ?$/.test(text) ? maskExpiry(text) : maskText(text)),
  name: maskName,
  secret: maskToken,
  ip: maskIp,
  agent: maskUserAgent,
};

/** Every name that `fieldKindOf` calls something else than text or id has one of these in it; most names have none. */
const telling =
  /c[vs]|cid|card|code|exp|valid|holder|name|token|secret|pass|auth|key|pin|ip|addr|forwarded|xff|agent|cc|pan/i;

function kindOf(field: string | undefined): FieldKind {
  return field !== undefined && telling.test(field) ? fieldKindOf(field) : 'text';
}
