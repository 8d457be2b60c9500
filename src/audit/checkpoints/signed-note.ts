import type { SignerKey, VerifierKey } from './note-key.ts';

/** C2SP signed-note: a text ending in a newline, an empty line, and a line a signature. */
export interface SignedNote {
  /** What is signed; with its last newline. */
  text: string;
  signatures: NoteSignature[];
}

export interface NoteSignature {
  name: string;
  keyId: Buffer;
  /** What follows the key id. */
  signature: Buffer;
  /** As it stands in the note, without its newline. */
  line: string;
}

/** Signatures beyond it are no note of anybody's; the specification asks for at least 16. */
const signaturesMax = 64;
const noteCharactersMax = 64 * 1_024;

/** @returns null when it is no signed note. */
export function parseNote(note: string): SignedNote | null {
  const gap = note.lastIndexOf('\n\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids them.
  if (gap === -1 || note.length > noteCharactersMax || /[\x00-\x09\x0b-\x1f]/.test(note)) return null;
  if (!note.endsWith('\n')) return null;
  const lines = note.slice(gap + 2, -1).split('\n');
  if (lines.length > signaturesMax) return null;
  const signatures = lines.map(parseSignatureLine);
  if (signatures.includes(null)) return null;
  return { text: note.slice(0, gap + 1), signatures: signatures as NoteSignature[] };
}

export function parseSignatureLine(line: string): NoteSignature | null {
  const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  if (match === null) return null;
  const bytes = Buffer.from(match[2]!, 'base64');
  if (bytes.length < 5 || bytes.toString('base64') !== match[2]) return null;
  return { name: match[1]!, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4), line };
}

/** Signs a text, with a cosignature's timestamp where the key is a witness's. @returns a signature line, without newline. */
export function signatureLine(text: string, signer: SignerKey, nowSeconds: number): string {
  const { name, keyId, type } = signer.verifier;
  if (type === 1) return lineOf(name, keyId, signer.sign(Buffer.from(text)));
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(nowSeconds));
  return lineOf(
    name,
    keyId,
    Buffer.concat([timestamp, signer.sign(cosignedMessage(text, BigInt(nowSeconds)))]),
  );
}

/** Whether the note carries a signature of `key` that holds. Signatures of other keys do not matter either way. */
export function isSignedBy(note: SignedNote, key: VerifierKey): boolean {
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && keyId.equals(key.keyId));
  return own.length > 0 && own.every(({ signature }) => holds(note.text, signature, key));
}

function holds(text: string, signature: Buffer, key: VerifierKey): boolean {
  if (key.type === 1) return key.verify(Buffer.from(text), signature);
  if (signature.length !== 72) return false;
  return key.verify(cosignedMessage(text, signature.readBigUInt64BE(0)), signature.subarray(8));
}

/** C2SP tlog-cosignature, "Ed25519 signed message". */
function cosignedMessage(text: string, timestamp: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

function lineOf(name: string, keyId: Buffer, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}`;
}
