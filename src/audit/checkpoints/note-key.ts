import {
  createPrivateKey,
  createPublicKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/** Signature types of C2SP signed-note: 1 signs the text, 4 is a witness's timestamped cosignature of it. */
export type KeyType = 1 | 4;

/** A public key in note form, `<name>+<key id, hex>+<base64(type ‖ key)>`. */
export interface VerifierKey {
  readonly name: string;
  /** Big-endian, as it stands in signatures. */
  readonly keyId: Buffer;
  readonly type: KeyType;
  readonly text: string;
  verify(message: Buffer, signature: Buffer): boolean;
}

export interface SignerKey {
  readonly verifier: VerifierKey;
  /** Ed25519, RFC 8032. */
  sign(message: Buffer): Buffer;
}

export class NoteKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoteKeyError';
  }
}

const seedBytes = 32;
/** DER around a raw Ed25519 key (RFC 8410): what node:crypto imports. */
const privateDer = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicDer = Buffer.from('302a300506032b6570032100', 'hex');
/** Not empty, no plus sign, nothing that Unicode calls a space. */
const keyName = /^[^\s+]+$/u;

/** @returns a new private key in note form, `PRIVATE+KEY+<name>+<key id>+<base64(type ‖ seed)>`. */
export function generateSignerKey(name: string, type: KeyType): string {
  return privateText(name, type, randomBytes(seedBytes));
}

/** A key that follows from a secret, for those who want to keep one secret instead of two. */
export function deriveSignerKey(name: string, type: KeyType, secret: string): string {
  const seed = hkdfSync('sha256', secret, '', `assay audit signing key ${type} ${name}`, seedBytes);
  return privateText(name, type, Buffer.from(seed));
}

/** @throws NoteKeyError; the key is never part of its message. */
export function parseSignerKey(text: string): SignerKey {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text);
  if (match === null) throw new NoteKeyError('expected PRIVATE+KEY+<name>+<key id>+<base64>');
  const raw = decode(match[3]!);
  const type = keyType(raw);
  const privateKey = createPrivateKey({
    key: Buffer.concat([privateDer, raw.subarray(1)]),
    format: 'der',
    type: 'pkcs8',
  });
  const verifier = verifierOf(match[1]!, type, publicKeyOf(privateKey));
  if (verifier.keyId.toString('hex') !== match[2])
    throw new NoteKeyError('the key id is not that of the key');
  return { verifier, sign: (message) => sign(null, message, privateKey) };
}

/** @throws NoteKeyError */
export function parseVerifierKey(text: string): VerifierKey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text);
  if (match === null)
    throw new NoteKeyError(`expected <name>+<key id>+<base64>, found "${text.slice(0, 100)}"`);
  const raw = decode(match[3]!);
  const verifier = verifierOf(match[1]!, keyType(raw), raw.subarray(1));
  if (verifier.keyId.toString('hex') !== match[2])
    throw new NoteKeyError(`the key id of "${text.slice(0, 100)}" is not that of its key`);
  return verifier;
}

function privateText(name: string, type: KeyType, seed: Buffer): string {
  const privateKey = createPrivateKey({
    key: Buffer.concat([privateDer, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { keyId } = verifierOf(name, type, publicKeyOf(privateKey));
  const raw = Buffer.concat([Buffer.from([type]), seed]);
  return `PRIVATE+KEY+${name}+${keyId.toString('hex')}+${raw.toString('base64')}`;
}

function verifierOf(name: string, type: KeyType, publicKey: Buffer): VerifierKey {
  if (!keyName.test(name)) throw new NoteKeyError(`"${name}" cannot name a key: no blanks, no plus sign`);
  const raw = Buffer.concat([Buffer.from([type]), publicKey]);
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), raw]), 'buffer');
  const keyId = digest.subarray(0, 4);
  const key = createPublicKey({ key: Buffer.concat([publicDer, publicKey]), format: 'der', type: 'spki' });
  return {
    name,
    keyId,
    type,
    text: `${name}+${keyId.toString('hex')}+${raw.toString('base64')}`,
    verify: (message, signature) => signature.length === 64 && verify(null, message, key, signature),
  };
}

function publicKeyOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(publicDer.length);
}

function decode(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw new NoteKeyError('the key is not in standard base64');
  return bytes;
}

function keyType(raw: Buffer): KeyType {
  if (raw.length !== 1 + seedBytes || (raw[0] !== 1 && raw[0] !== 4))
    throw new NoteKeyError('expected an Ed25519 key of type 1 (log) or 4 (witness)');
  return raw[0];
}
