import { maskSensitiveText } from '../../platform/sensitive-text/mask-sensitive-text.ts';
import { uuidV7 } from '../../platform/uuid-v7.ts';

/** What a caller may choose: nothing that could break a log line or a header, and not a document. */
const sane = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's `X-Request-Id` where it is sane and holds nothing that logs must not, else a new UUIDv7. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && sane.test(header) && maskSensitiveText(header) === header
    ? header
    : uuidV7();
}
