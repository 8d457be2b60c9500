import { AssayError, UnavailableError } from '../../platform/errors.ts';

/** A sealed value that does not open: changed, moved from its place, or sealed under a key that is not there. A fault of ours. */
export class SealBrokenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealBrokenError';
  }
}

/** The subject's key was destroyed, and with it what was sealed under it. */
export class ErasedError extends AssayError {
  constructor() {
    super(410, 'erased', 'this was erased: the key it was sealed under has been destroyed');
  }
}

/** The process has not the key-encryption key that is needed. @param keyId null: it has none at all. */
export class KeyMissingError extends UnavailableError {
  constructor(keyId: string | null) {
    super(
      'encryption_not_configured',
      keyId === null
        ? 'payment tokens cannot be kept, because this process has no encryption key: set ENCRYPTION_KEYS and ' +
            'FINGERPRINT_KEY (see docs/how-to/rotate-keys.md) and start it again, or send the request without payment_token'
        : `this process lacks the encryption key "${keyId}": add it to ENCRYPTION_KEYS and start it again`,
      { retryAfterSeconds: 60 },
    );
  }
}
