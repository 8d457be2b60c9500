import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

export interface Certificate {
  cert: string;
  key: string;
}

/** A Secret that changed reaches a pod's files within a minute or so; asking more often than that gains nothing. */
const lookMs = 10_000;

/** @throws Error when the files cannot be read, or do not belong together. */
export function readCertificate(certPath: string, keyPath: string): Certificate {
  const certificate = { cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') };
  createSecureContext(certificate);
  return certificate;
}

export interface CertificateWatch {
  /** Looks now. */
  look(): void;
  close(): void;
}

/**
 * Looks at the files again and again: those of a mounted Secret are links that are exchanged, which watching for events
 * misses on some file systems. What cannot be used, such as a key whose certificate is not there yet, is tried again.
 */
export function watchCertificate(
  read: () => Certificate,
  first: Certificate,
  on: { changed: (certificate: Certificate) => void; failed: (error: Error) => void },
  everyMs = lookMs,
): CertificateWatch {
  let current = first;
  const look = () => {
    try {
      const found = read();
      if (found.cert === current.cert && found.key === current.key) return;
      on.changed(found);
      current = found;
    } catch (error) {
      on.failed(error as Error);
    }
  };
  const timer = setInterval(look, everyMs);
  return { look, close: () => clearInterval(timer) };
}
