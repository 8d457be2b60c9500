import { expect, test } from 'vitest';
import { checkpointText, parseCheckpoint } from './checkpoint.ts';
import {
  deriveSignerKey,
  generateSignerKey,
  NoteKeyError,
  parseSignerKey,
  parseVerifierKey,
} from './note-key.ts';
import { isSignedBy, parseNote, signatureLine } from './signed-note.ts';

// The example of C2SP signed-note and that of golang.org/x/mod/sumdb/note, made by other programs.
const goKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const goNote = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

test('a note signed by another program verifies, and not once it was touched', () => {
  const key = parseVerifierKey(goKey);
  expect(isSignedBy(parseNote(goNote)!, key)).toBe(true);
  expect(isSignedBy(parseNote(goNote.replace('answer', 'Answer'))!, key)).toBe(false);
  expect(isSignedBy(parseNote(goNote)!, parseSignerKey(generateSignerKey('PeterNeumann', 1)).verifier)).toBe(
    false,
  );
});

test.each([1, 4] as const)('signs and verifies with keys of type %i', (type) => {
  const signer = parseSignerKey(generateSignerKey('example.com/log', type));
  const text = checkpointText({ origin: 'example.com/log', size: 7, rootHash: Buffer.alloc(32, 1) });
  const note = parseNote(`${text}\n${signatureLine(text, signer, 1_700_000_000)}\n`)!;
  const verifier = parseVerifierKey(signer.verifier.text);
  expect(isSignedBy(note, verifier)).toBe(true);
  expect(isSignedBy({ ...note, text: note.text.replace('7', '8') }, verifier)).toBe(false);
  expect(parseCheckpoint(note.text)).toEqual({
    origin: 'example.com/log',
    size: 7,
    rootHash: Buffer.alloc(32, 1),
  });
});

test('a derived key is the same for the same secret and another for another', () => {
  expect(deriveSignerKey('log', 1, 'secret')).toBe(deriveSignerKey('log', 1, 'secret'));
  expect(deriveSignerKey('log', 1, 'secret')).not.toBe(deriveSignerKey('log', 1, 'secret2'));
});

test('malformed keys, notes and checkpoints are not taken', () => {
  for (const text of ['', 'a+b', goKey.replace('c74f20a3', 'c74f20a4'), `${goKey}A`])
    expect(() => parseVerifierKey(text), text).toThrow(NoteKeyError);
  expect(() => generateSignerKey('with blank', 1)).toThrow(NoteKeyError);
  for (const text of ['', 'text\n', 'text\n\n', 'text\n\nno signature\n', 'te\tt\n\n— a AAAAAAA=\n'])
    expect(parseNote(text), text).toBeNull();
  const root = Buffer.alloc(32).toString('base64');
  for (const text of [
    `\n1\n${root}\n`,
    `o\n01\n${root}\n`,
    `o\n-1\n${root}\n`,
    `o\n1\nAA==\n`,
    `o\n1\n${root}`,
    `o\n1\n${root}\n\n`,
  ])
    expect(parseCheckpoint(text), text).toBeNull();
});
