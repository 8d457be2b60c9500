import { createSecretKey, type KeyObject } from 'node:crypto';

/** A key-encryption key. As a KeyObject its bytes cannot be printed, logged or serialised by mistake. */
export interface NamedKey {
  id: string;
  key: KeyObject;
}

/** 32 bytes in base64, as `openssl rand -base64 32` prints them. */
const base64Form = /^[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]=?$/;
const idForm = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** As many as an installation may have while it rotates; more is a mistake. */
const keysMax = 16;

/** @returns undefined when the text is not the base64 of 32 bytes. */
export function parseKey(text: string): KeyObject | undefined {
  return base64Form.test(text) ? createSecretKey(Buffer.from(text, 'base64')) : undefined;
}

/**
 * `id:base64`, separated by commas; the first is the one to use, the others still open what they closed.
 *
 * @returns the keys, or what is wrong, without repeating any of it but ids.
 */
export function parseNamedKeys(text: string): NamedKey[] | string {
  const keys: NamedKey[] = [];
  for (const [i, entry] of text.split(',').entries()) {
    const [id = '', ...rest] = entry.trim().split(':');
    const key = parseKey(rest.join(':'));
    if (key === undefined || !idForm.test(id)) {
      return `expected id:key, the id of a-z, 0-9, . _ - and the key 32 bytes in base64, at place ${i + 1}`;
    }
    if (keys.some((other) => other.id === id)) return `the id "${id}" is given twice`;
    const same = keys.find((other) => other.key.equals(key));
    if (same !== undefined) return `"${id}" and "${same.id}" are the same key`;
    keys.push({ id, key });
  }
  return keys.length > keysMax ? `expected at most ${keysMax} keys` : keys;
}
