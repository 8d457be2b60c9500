import { maskSensitiveText } from '../sensitive-text/mask-sensitive-text.ts';
import { isSecretName } from '../sensitive-text/secret-name.ts';

/** Every name that `isSecretName` knows has one of these in it, written as the name of a field. */
const telling =
  /(?:token|authorization|cookie|passw(?:or)?d|passphrase|key|secret|pin|cv[vc]2?|string)"\s*:/i;

export const CENSOR = '[redacted]';

/**
 * A line of the log with what must not be in it taken out, at whatever depth and under whatever name it was logged: card
 * numbers, tokens and keys in any text (a message of PostgreSQL quotes the row it refused), and the values of fields such as
 * `payment_token` or `Authorization`. Nearly every line has none and is returned as it came, in about 3 µs.
 *
 * @param line one JSON object, with its newline.
 */
export function redactLine(line: string): string {
  if (!telling.test(line) && maskSensitiveText(line) === line) return line;
  return `${JSON.stringify(JSON.parse(line), redacted)}\n`;
}

/** As a replacer of `JSON.stringify`, it is given every value once, from the outside in. */
function redacted(name: string, value: unknown): unknown {
  if (value !== null && value !== undefined && isSecretName(name)) return CENSOR;
  if (typeof value === 'string') return maskSensitiveText(value);
  if (typeof value === 'number' && value > 1e11) {
    const text = String(value);
    const masked = maskSensitiveText(text);
    return masked === text ? value : masked;
  }
  return value;
}
