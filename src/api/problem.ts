import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { databaseFaultOf } from '../platform/database/database-fault.ts';
import { AssayError, InvalidRequestError, isAssayError, UnavailableError } from '../platform/errors.ts';
import type { AppEnv } from './context.ts';
import { problemText } from './problem-text.ts';

/**
 * Answers with the RFC 9457 problem document of an error. What is not an `AssayError` is a fault of ours: it is logged
 * whole and told as `internal`, without its message, which may hold SQL or data.
 */
export function problemResponse(c: Context<AppEnv>, thrown: unknown): Response {
  const error = asAssayError(thrown);
  const requestId = c.get('requestId');
  log(c, error, thrown);
  if (error.status === 401) c.header('WWW-Authenticate', challenge(c));
  if (error.status === 403) c.header('WWW-Authenticate', 'Bearer realm="assay", error="insufficient_scope"');
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
  return c.body(problemText(error, requestId), error.status as ContentfulStatusCode, {
    'content-type': 'application/problem+json',
  });
}

/** RFC 6750, section 3: no error code where no key was sent. */
function challenge(c: Context<AppEnv>): string {
  const sent = c.req.header('authorization') !== undefined;
  return sent ? 'Bearer realm="assay", error="invalid_token"' : 'Bearer realm="assay"';
}

function asAssayError(thrown: unknown): AssayError {
  if (isAssayError(thrown)) return thrown;
  if (thrown instanceof HTTPException) return fromHono(thrown);
  switch (databaseFaultOf(thrown)) {
    case 'unavailable':
      return new UnavailableError('unavailable', 'the database did not answer in time; try again', {
        cause: thrown,
      });
    case 'unstorable_text':
      return new InvalidRequestError('a text holds a character that cannot be stored, such as U+0000', {
        cause: thrown,
      });
    default:
      return new AssayError(500, 'internal', 'something went wrong here; the log has it under request_id', {
        cause: thrown,
      });
  }
}

/** What the framework itself refuses: a body it cannot read, or a content type the route does not take. */
function fromHono(thrown: HTTPException): AssayError {
  const options = { cause: thrown };
  if (thrown.status === 415) {
    return new AssayError(415, 'unsupported_media_type', 'expected Content-Type: application/json', options);
  }
  if (thrown.status >= 500) return new AssayError(500, 'internal', 'something went wrong here', options);
  return new InvalidRequestError(thrown.message, options);
}

function log(c: Context<AppEnv>, error: AssayError, thrown: unknown): void {
  const facts = { request_id: c.get('requestId'), method: c.req.method, code: error.code };
  if (error.status === 500) c.get('log').error({ ...facts, err: thrown }, 'request failed');
  else if (error.status > 500) c.get('log').warn({ ...facts, err: error.cause }, error.message);
}
