#!/usr/bin/env node
/**
 * Verifies an export of an Assay audit log with nothing but Node, the export and public keys. It shares no code with what
 * wrote the log, on purpose, and is short enough to be read before it is trusted.
 *
 *   assay-verify EXPORT --key LOGKEY [--witness WITNESSKEY]... [--checkpoint FILE]... [--proof FILE]... [--json]
 *
 * An export is NDJSON. The first line is {origin, checkpoint}; each further one is {seq, leaf, chain_hash}. If it is not of
 * the whole log, the first line has prev_chain_hash (or tenant_id, for the entries of one tenant) and every further line an
 * inclusion proof. What is checked:
 *   - the checkpoint is a C2SP signed note, signed by one of the log's keys given, and cosigned by every witness given;
 *   - leaf_hash = SHA-256(0x00 ‖ leaf); chain_n = SHA-256(chain_{n−1} ‖ leaf_hash_n), chain_{−1} = 32 zero bytes;
 *   - entries are numbered without a gap, and each names its own number, its number within its tenant and the leaf hash of
 *     its tenant's entry before;
 *   - the root over all leaves (RFC 6962) is that of the checkpoint, or each leaf's inclusion proof leads to it;
 *   - every checkpoint given by --checkpoint, such as one that was kept from an earlier day, is of the same history. What an
 *     export that is not of the whole log continues is shown by a consistency proof: --proof, {from, to, proof}.
 *
 * Exit codes: 0 valid, 1 not valid, 2 wrong use or unreadable.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const usage =
  'Usage: assay-verify EXPORT --key LOGKEY [--witness WITNESSKEY]... [--checkpoint FILE]... [--proof FILE]... [--json]\n' +
  'EXPORT is a file, or - for standard input; keys are in note form, <name>+<key id>+<base64>.\n';

/** What is wrong with the evidence. `seq` is null where only the whole can be said to be wrong. */
class Invalid extends Error {
  constructor(seq, message) {
    super(message);
    this.seq = seq;
  }
}

class WrongUse extends Error {}

// ---- hashes (RFC 6962, section 2.1)

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafHashOf = (leaf) => sha256(Buffer.of(0), leaf);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

/** The roots of the complete subtrees of the leaves so far, smallest last: all it takes to go on. */
class Tree {
  size = 0;
  peaks = [];

  append(leafHash) {
    let hash = leafHash;
    for (let n = this.size; n % 2 === 1; n = Math.floor(n / 2)) hash = nodeHash(this.peaks.pop(), hash);
    this.peaks.push(hash);
    this.size++;
  }

  root() {
    if (this.size === 0) return sha256();
    return this.peaks.reduceRight((right, left) => nodeHash(left, right));
  }
}

const half = (n) => Math.floor(n / 2);

/**
 * Which hashes of a proof stand left on the way from node `index` of a level, whose last node is `last`, up to the root
 * (RFC 9162, sections 2.1.3.2 and 2.1.4.2); null when the proof has the wrong length.
 */
function leftSiblings(index, last, proof) {
  const left = [];
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== 32) return null;
    left.push(index % 2 === 1 || index === last);
    if (left.at(-1)) while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    [index, last] = [half(index), half(last)];
  }
  return last === 0 ? left : null;
}

const climb = (from, proof, left) =>
  proof.reduce((hash, sibling, i) => (left[i] ? nodeHash(sibling, hash) : nodeHash(hash, sibling)), from);

/** Where an inclusion proof leads; null when it has the wrong length. */
function rootFromProof(seq, size, leafHash, proof) {
  const left = leftSiblings(seq, size - 1, proof);
  return left && climb(leafHash, proof, left);
}

/** Whether a consistency proof leads from one checkpoint to a later one. */
function continues(from, to, proof) {
  let [index, last] = [from.size - 1, to.size - 1];
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  const [first, ...path] = index === 0 ? [from.root, ...proof] : proof; // one complete subtree is its own first hash
  const left = first && leftSiblings(index, last, path);
  if (!left) return false;
  const smaller = path.filter((_, i) => left[i]).reduce((hash, sibling) => nodeHash(sibling, hash), first);
  return smaller.equals(from.root) && climb(first, path, left).equals(to.root);
}

// ---- keys and notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature)

function parseKey(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text.trim());
  if (match === null) throw new WrongUse(`"${text}" is no verifier key, <name>+<key id>+<base64>`);
  const [, name, id, base64] = match;
  const raw = Buffer.from(base64, 'base64');
  const type = raw[0];
  if (raw.length !== 33 || (type !== 1 && type !== 4))
    throw new WrongUse(`"${text}" is no Ed25519 key of type 1 or 4`);
  const keyId = sha256(`${name}\n`, raw).subarray(0, 4);
  if (keyId.toString('hex') !== id) throw new WrongUse(`the key id of "${text}" is not that of its key`);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)]);
  return { text, name, keyId, type, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

function parseNote(content, what) {
  const gap = content.lastIndexOf('\n\n');
  if (gap === -1 || !content.endsWith('\n')) throw new Invalid(null, `${what} is no signed note`);
  const signatures = content
    .slice(gap + 2, -1)
    .split('\n')
    .map((line) => /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, base64]) => ({ name, bytes: Buffer.from(base64, 'base64') }));
  return { text: content.slice(0, gap + 1), signatures };
}

/** Whether a key signed the note; a signature that claims to be its and is not, is none. */
function isSignedBy(note, key) {
  const own = note.signatures.filter(
    ({ name, bytes }) => name === key.name && bytes.subarray(0, 4).equals(key.keyId),
  );
  return own.length > 0 && own.every(({ bytes }) => signatureHolds(note.text, bytes.subarray(4), key));
}

function signatureHolds(text, signature, { type, publicKey }) {
  if (type === 1) return signature.length === 64 && verify(null, Buffer.from(text), publicKey, signature);
  if (signature.length !== 72) return false;
  const message = `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n${text}`;
  return verify(null, Buffer.from(message), publicKey, signature.subarray(8));
}

/** @returns origin, size and root of a note that a key of the log, or a witness, signed. */
function readCheckpoint(content, keys, witnesses, what) {
  const note = parseNote(content, what);
  const [origin, sizeText, rootText] = note.text.split('\n');
  const size = Number(sizeText);
  const root = Buffer.from(rootText ?? '', 'base64');
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(size) || root.length !== 32)
    throw new Invalid(null, `${what} is no checkpoint`);
  const signer = keys.find((key) => key.name === origin && isSignedBy(note, key));
  if (signer === undefined)
    throw new Invalid(null, `${what} is not signed by the key of ${origin} that was given`);
  const missing = witnesses.find((witness) => !isSignedBy(note, witness));
  if (missing !== undefined) throw new Invalid(null, `${what} is not cosigned by ${missing.name}`);
  return { origin, size, root, what };
}

// ---- lines

function parseLine(line, number) {
  try {
    const value = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // said below
  }
  throw new Invalid(null, `line ${number} is no JSON object`);
}

function bytesOf(value, seq, what) {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : null;
  if (bytes === null || bytes.toString('base64') !== value) throw new Invalid(seq, `${what} is not base64`);
  return bytes;
}

/** What a leaf says about itself. */
function readLeaf(leaf, seq) {
  let said;
  try {
    said = JSON.parse(leaf.toString('utf8'));
  } catch {
    throw new Invalid(seq, 'the leaf is not JSON');
  }
  if (said?.seq !== seq) throw new Invalid(seq, `the leaf says that it is entry ${said?.seq}`);
  return said;
}

// ---- the verification

class Verification {
  tree = new Tree();
  tenants = new Map();
  count = 0;
  first = null;
  last = null;

  /** @param others checkpoints got elsewhere. @param proofs that they and that of the export are of one history. */
  constructor(header, checkpoint, others, proofs) {
    this.checkpoint = checkpoint;
    this.tenant = header.tenant_id;
    this.part = header.prev_chain_hash !== undefined || this.tenant !== undefined;
    this.chain = this.part ? null : Buffer.alloc(32);
    if (header.prev_chain_hash !== undefined)
      this.chain = bytesOf(header.prev_chain_hash, null, 'prev_chain_hash');
    this.others = others;
    this.vouchedFor = 0;
    for (const other of others) this.compareAtEnds(other);
    if (this.part) for (const other of others) this.compareByProof(other, proofs);
    this.compareWithOthers();
  }

  compareAtEnds({ size, root, what }) {
    const own = this.checkpoint;
    if (size > own.size)
      throw new Invalid(own.size, `${what} saw ${size} entries, the export's checkpoint has ${own.size}`);
    if (size === own.size && !root.equals(own.root))
      throw new Invalid(null, `${what} is of another history of ${size} entries`);
  }

  compareByProof(other, proofs) {
    const { size } = this.checkpoint;
    if (other.size === size || other.size === 0) return;
    const proof = proofs.find(({ from, to }) => from === other.size && to === size);
    if (proof === undefined)
      throw new WrongUse(
        `${other.what} cannot be compared with a part of the log without --proof FILE, ` +
          `the answer of GET /audit/proof/consistency?from=${other.size}&to=${size}`,
      );
    if (!continues(other, this.checkpoint, proof.hashes))
      throw new Invalid(null, `the proof does not lead from ${other.what} to the checkpoint of the export`);
  }

  /** Earlier checkpoints can be compared where all leaves up to them are at hand. */
  compareWithOthers() {
    if (this.part) return;
    for (const { size, root, what } of this.others) {
      if (size !== this.tree.size) continue;
      if (!root.equals(this.tree.root()))
        throw new Invalid(this.vouchedFor, `${what} is of another history of its ${size} entries`);
      this.vouchedFor = size;
    }
  }

  add(entry) {
    const { seq } = entry;
    if (!Number.isSafeInteger(seq) || seq < 0) throw new Invalid(null, 'an entry has no seq');
    const expected = this.last === null ? (this.part ? seq : 0) : this.last + 1;
    if (this.tenant === undefined ? seq !== expected : seq < expected)
      throw new Invalid(Math.min(seq, expected), `entry ${seq} stands where ${expected} is expected`);
    if (seq >= this.checkpoint.size)
      throw new Invalid(seq, `the checkpoint covers ${this.checkpoint.size} entries`);
    const leaf = bytesOf(entry.leaf, seq, 'the leaf');
    const hash = leafHashOf(leaf);
    this.checkTenant(readLeaf(leaf, seq), seq, hash);
    this.checkChain(entry, seq, hash);
    if (this.part) this.checkInclusion(entry, seq, hash);
    else this.tree.append(hash);
    this.compareWithOthers();
    this.first ??= seq;
    this.last = seq;
    this.count++;
  }

  /** The first entry of a tenant in a part is believed to follow what it says it follows. */
  checkTenant(said, seq, hash) {
    if (this.tenant !== undefined && said.tenant_id !== this.tenant)
      throw new Invalid(seq, `the entry is of tenant ${said.tenant_id}`);
    const none = { seq: -1, hash: Buffer.alloc(32).toString('base64') };
    const before = this.tenants.get(said.tenant_id) ?? (this.part && said.tenant_seq > 0 ? null : none);
    if (before !== null && said.tenant_seq !== before.seq + 1)
      throw new Invalid(seq, `tenant_seq is ${said.tenant_seq}, the tenant's last was ${before.seq}`);
    if (before !== null && said.tenant_prev !== before.hash)
      throw new Invalid(seq, "tenant_prev is not the leaf hash of the tenant's entry before");
    if (said.tenant_id === this.tenant) this.firstOfTenant ??= said.tenant_seq;
    this.tenants.set(said.tenant_id, { seq: said.tenant_seq, hash: hash.toString('base64') });
  }

  checkChain(entry, seq, hash) {
    const said = bytesOf(entry.chain_hash, seq, 'chain_hash');
    if (this.tenant !== undefined) return; // what lies between is not here
    if (seq === 0 && this.chain.some((byte) => byte !== 0))
      throw new Invalid(0, 'there is a chain before it');
    this.chain = sha256(this.chain, hash);
    if (!said.equals(this.chain)) throw new Invalid(seq, 'chain_hash does not continue the chain');
  }

  checkInclusion(entry, seq, hash) {
    if (!Array.isArray(entry.inclusion)) throw new Invalid(seq, 'there is no inclusion proof');
    const proof = entry.inclusion.map((step) => bytesOf(step, seq, 'the inclusion proof'));
    const root = rootFromProof(seq, this.checkpoint.size, hash, proof);
    if (root === null || !root.equals(this.checkpoint.root))
      throw new Invalid(seq, 'the inclusion proof does not lead to the root of the checkpoint');
  }

  /** A tenant's numbers show what was left out between its entries; that none is missing at the ends is for it to say. */
  range() {
    if (this.count === 0) return 'no entries';
    const { count, first, last, tenant, tenants } = this;
    if (tenant === undefined) return `${count} entries, ${first} to ${last}`;
    return `${count} entries of tenant ${tenant}, its ${this.firstOfTenant} to ${tenants.get(tenant).seq}`;
  }

  end() {
    if (this.part) return;
    const { tree, checkpoint } = this;
    if (tree.size < checkpoint.size)
      throw new Invalid(tree.size, `the export ends before the ${checkpoint.size} entries of its checkpoint`);
    if (!tree.root().equals(checkpoint.root))
      throw new Invalid(this.vouchedFor, 'the entries agree with each other and not with the checkpoint');
  }
}

function readProof(file) {
  try {
    const { from, to, proof } = JSON.parse(readFileSync(file, 'utf8'));
    return { from, to, hashes: proof.map((step) => bytesOf(step, null, file)) };
  } catch (error) {
    throw new WrongUse(`${file} is no consistency proof, {from, to, proof}: ${error.message}`);
  }
}

async function verifyExport(input, { keys, witnesses, checkpoints, proofs }) {
  let verification;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number++;
    if (line === '') continue;
    const value = parseLine(line, number);
    if (verification === undefined) {
      const checkpoint = readCheckpoint(String(value.checkpoint), keys, witnesses, "the export's checkpoint");
      if (checkpoint.origin !== value.origin) throw new Invalid(null, 'origin is not that of the checkpoint');
      const others = checkpoints.map((file) => readCheckpoint(readFileSync(file, 'utf8'), keys, [], file));
      verification = new Verification(value, checkpoint, others, proofs.map(readProof));
    } else {
      verification.add(value);
    }
  }
  if (verification === undefined) throw new Invalid(null, 'the export is empty');
  verification.end();
  return verification;
}

function readArguments(argv) {
  const given = { keys: [], witnesses: [], checkpoints: [], proofs: [], json: false, file: undefined };
  for (let i = 0; i < argv.length; i++) {
    const value = () => argv[++i] ?? fail(`${argv[i - 1]} needs a value`);
    const fail = (message) => {
      throw new WrongUse(message);
    };
    if (argv[i] === '--key') given.keys.push(parseKey(value()));
    else if (argv[i] === '--witness') given.witnesses.push(parseKey(value()));
    else if (argv[i] === '--checkpoint') given.checkpoints.push(value());
    else if (argv[i] === '--proof') given.proofs.push(value());
    else if (argv[i] === '--json') given.json = true;
    else if (argv[i] !== '-' && argv[i].startsWith('-')) fail(`there is no option ${argv[i]}`);
    else if (given.file === undefined) given.file = argv[i];
    else fail('one export at a time');
  }
  if (given.file === undefined || given.keys.length === 0)
    throw new WrongUse('an export and --key are needed');
  return given;
}

function tell(json, valid, text, facts) {
  process.stdout.write(json ? `${JSON.stringify({ valid, ...facts })}\n` : `${text}\n`);
  return valid ? 0 : 1;
}

async function main(argv) {
  let json = false;
  try {
    const given = readArguments(argv);
    const { witnesses, file } = given;
    json = given.json;
    const input = file === '-' ? process.stdin : createReadStream('', { fd: openSync(file, 'r') });
    const verification = await verifyExport(input, given);
    const { count, checkpoint } = verification;
    const root = checkpoint.root.toString('base64');
    const by = witnesses.length === 0 ? '' : `, cosigned by ${witnesses.map(({ name }) => name).join(', ')}`;
    const text = `VALID: ${verification.range()}, of ${checkpoint.origin} at ${checkpoint.size} entries, root ${root}${by}`;
    const facts = { checked: count, first_bad_seq: null, reason: null, root, size: checkpoint.size };
    return tell(json, true, text, facts);
  } catch (error) {
    if (error instanceof Invalid) {
      const where = error.seq === null ? '' : ` at seq ${error.seq}`;
      const facts = { first_bad_seq: error.seq, reason: error.message };
      return tell(json, false, `NOT VALID${where}: ${error.message}`, facts);
    }
    process.stderr.write(`assay-verify: ${error.message}\n${error instanceof WrongUse ? usage : ''}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
