import { titleOf } from '../platform/error-codes.ts';
import type { AssayError, FieldError } from '../platform/errors.ts';
import { maskSensitiveText } from '../platform/sensitive-text/mask-sensitive-text.ts';

/** The problem document (RFC 9457) of an error, as JSON text; with the two fields that older callers read. */
export function problemText(
  error: Pick<AssayError, 'status' | 'code' | 'message' | 'extra' | 'errors'>,
  requestId: string,
): string {
  const title = titleOf(error.code, error.status);
  return JSON.stringify({
    ...error.extra,
    type: `urn:assay:error:${error.code}`,
    title,
    status: error.status,
    detail: maskSensitiveText(error.message),
    code: error.code,
    request_id: requestId,
    errors: error.errors.map(masked),
    success: false,
    error: title,
  });
}

/** A message quotes what was sent, such as the name of an unknown field; and answers are kept by clients and proxies. */
function masked({ location, message }: FieldError): FieldError {
  return { location: maskSensitiveText(location), message: maskSensitiveText(message) };
}
