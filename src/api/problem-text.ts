import { titleOf } from '../platform/error-codes.ts';
import type { AssayError } from '../platform/errors.ts';

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
    detail: error.message,
    code: error.code,
    request_id: requestId,
    errors: error.errors,
    success: false,
    error: title,
  });
}
