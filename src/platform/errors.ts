/**
 * Every failure a caller can see is one of these; the HTTP layer turns them into RFC 9457
 * `application/problem+json`. A message says what was found, what was expected and what to do.
 */
export interface FieldError {
  /** JSON pointer-like place of the fault: `body.rule_config.patterns[3]`, `query.limit`, `line 17`. */
  location: string;
  message: string;
}

export interface AssayErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  /** Extra members of the problem document, such as `available` on a 402. */
  extra?: Record<string, unknown>;
  /** Seconds after which a retry may succeed; becomes the `Retry-After` header. */
  retryAfterSeconds?: number;
}

const isAssayErrorSymbol = Symbol.for('assay.error');

export class AssayError extends Error {
  readonly [isAssayErrorSymbol] = true;
  readonly status: number;
  /** Stable machine-readable code, listed in docs/reference/errors.md. */
  readonly code: string;
  readonly errors: FieldError[];
  readonly extra: Record<string, unknown>;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, message: string, options: AssayErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Works across realms and threads, where `instanceof` does not. */
export function isAssayError(value: unknown): value is AssayError {
  return typeof value === 'object' && value !== null && isAssayErrorSymbol in value;
}

export class InvalidRequestError extends AssayError {
  constructor(message: string, options?: AssayErrorOptions) {
    super(400, 'invalid_request', message, options);
  }
}

export class UnauthenticatedError extends AssayError {
  constructor(message: string, options?: AssayErrorOptions) {
    super(401, 'unauthenticated', message, options);
  }
}

export class ForbiddenError extends AssayError {
  constructor(message: string, options?: AssayErrorOptions) {
    super(403, 'forbidden', message, options);
  }
}

const isAdminRefusedSymbol = Symbol.for('assay.admin-refused');

/** A key without `admin` asked for what takes it; the audit log keeps that. */
export class AdminRefusedError extends ForbiddenError {
  readonly [isAdminRefusedSymbol] = true;
}

export function isAdminRefused(value: unknown): value is AdminRefusedError {
  return isAssayError(value) && isAdminRefusedSymbol in value;
}

export class NotFoundError extends AssayError {
  constructor(message: string, options?: AssayErrorOptions) {
    super(404, 'not_found', message, options);
  }
}

/** 409 with a code of its own, such as `not_conclusive`. */
export class ConflictError extends AssayError {
  constructor(code: string, message: string, options?: AssayErrorOptions) {
    super(409, code, message, options);
  }
}

export class BodyTooLargeError extends AssayError {
  constructor(message: string, options?: AssayErrorOptions) {
    super(413, 'body_too_large', message, options);
  }
}

export class EmptySelectionError extends AssayError {
  constructor(message: string, options?: AssayErrorOptions) {
    super(422, 'empty_selection', message, options);
  }
}

export class RateLimitedError extends AssayError {
  constructor(message: string, options: AssayErrorOptions & { retryAfterSeconds: number }) {
    super(429, 'rate_limited', message, options);
  }
}

/** 503; `code` is `unavailable`, `circuit_open`, `overloaded` or `outcome_unknown`. */
export class UnavailableError extends AssayError {
  constructor(code: string, message: string, options: AssayErrorOptions = {}) {
    super(503, code, message, { retryAfterSeconds: 1, ...options });
  }
}
