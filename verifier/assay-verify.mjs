#!/usr/bin/env node
/**
 * Verifies an export of an Assay audit log with nothing but Node, the export and public keys. It shares no code with what
 * wrote the log, on purpose, and is short enough to be read before it is trusted.
 *
 *   assay-verify EXPORT --key LOGKEY [--witness WITNESSKEY]... [--checkpoint FILE]... [--json]
 *
 * An export is NDJSON. The first line is {origin, checkpoint}; each further one is {seq, leaf, chain_hash}. If it is not of
 * the whole log, the first line has prev_chain_hash (or tenant_id, for the entries of one tenant) and every further line an
 * inclusion proof. What is checked:
 *   - the checkpoint is a C2SP signed note, signed by one of the log's keys given, and cosigned by every witness given;
 *   - leaf_hash = SHA-256(0x00 ‖ leaf); chain_n = SHA-256(chain_{n−1} ‖ leaf_hash_n), chain_{−1} = 32 zero bytes;
 *   - entries are numbered without a gap, and each names its own number, its number within its tenant and the leaf hash of
 *     its tenant's entry before;
 *   - the root over all leaves (RFC 6962) is that of the checkpoint, or each leaf's inclusion proof leads to it;
 *   - every checkpoint given by --checkpoint, such as one that was kept from an earlier day, is of the same history.
 *
 * Exit codes: 0 valid, 1 not valid, 2 wrong use or unreadable.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const usage =
  'Usage: assay-verify EXPORT --key LOGKEY [--witness WITNESSKEY]... [--checkpoint FILE]... [--json]\n' +
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

/** Where an inclusion proof leads (RFC 9162, section 2.1.3.2); null when it has the wrong length. */
function rootFromProof(seq, size, leafHash, proof) {
  let index = seq;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== 32) return null;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
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

  /** @param others checkpoints got elsewhere. */
  constructor(header, checkpoint, others) {
    this.checkpoint = checkpoint;
    this.tenant = header.tenant_id;
    this.part = header.prev_chain_hash !== undefined || this.tenant !== undefined;
    this.chain = this.part ? null : Buffer.alloc(32);
    if (header.prev_chain_hash !== undefined)
      this.chain = bytesOf(header.prev_chain_hash, null, 'prev_chain_hash');
    this.others = others;
    this.vouchedFor = 0;
    for (const other of others) this.compareAtEnds(other);
    this.compareWithOthers();
  }

  compareAtEnds({ size, root, what }) {
    if (size > this.checkpoint.size)
      throw new Invalid(
        this.checkpoint.size,
        `${what} saw ${size} entries, the export's checkpoint has ${this.checkpoint.size}`,
      );
    if (size === this.checkpoint.size && !root.equals(this.checkpoint.root))
      throw new Invalid(null, `${what} is of another history of ${size} entries`);
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
    this.tenants.set(said.tenant_id, { seq: said.tenant_seq, hash: hash.toString('base64') });
  }

  checkChain(entry, seq, hash) {
    const said = bytesOf(entry.chain_hash, seq, 'chain_hash');
    if (this.tenant !== undefined) return; // what lies between is not here
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

  end() {
    if (this.part) return;
    if (this.tree.size < this.checkpoint.size)
      throw new Invalid(
        this.tree.size,
        `the export ends before the ${this.checkpoint.size} entries of its checkpoint`,
      );
    if (!this.tree.root().equals(this.checkpoint.root))
      throw new Invalid(
        this.vouchedFor,
        'the entries agree with each other and not with the root of the checkpoint',
      );
  }
}

async function verifyExport(input, keys, witnesses, checkpointFiles) {
  let verification;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number++;
    if (line === '') continue;
    const value = parseLine(line, number);
    if (verification === undefined) {
      const checkpoint = readCheckpoint(
        String(value.checkpoint),
        keys,
        witnesses,
        'the checkpoint of the export',
      );
      if (checkpoint.origin !== value.origin) throw new Invalid(null, 'origin is not that of the checkpoint');
      const others = checkpointFiles.map((file) =>
        readCheckpoint(readFileSync(file, 'utf8'), keys, [], file),
      );
      verification = new Verification(value, checkpoint, others);
    } else {
      verification.add(value);
    }
  }
  if (verification === undefined) throw new Invalid(null, 'the export is empty');
  verification.end();
  return verification;
}

function readArguments(argv) {
  const given = { keys: [], witnesses: [], checkpoints: [], json: false, file: undefined };
  for (let i = 0; i < argv.length; i++) {
    const value = () => argv[++i] ?? fail(`${argv[i - 1]} needs a value`);
    const fail = (message) => {
      throw new WrongUse(message);
    };
    if (argv[i] === '--key') given.keys.push(parseKey(value()));
    else if (argv[i] === '--witness') given.witnesses.push(parseKey(value()));
    else if (argv[i] === '--checkpoint') given.checkpoints.push(value());
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
    const { keys, witnesses, checkpoints, file, ...options } = readArguments(argv);
    json = options.json;
    const input = file === '-' ? process.stdin : createReadStream('', { fd: openSync(file, 'r') });
    const { count, first, last, checkpoint } = await verifyExport(input, keys, witnesses, checkpoints);
    const root = checkpoint.root.toString('base64');
    const range = count === 0 ? 'no entries' : `${count} entries, ${first} to ${last}`;
    const by = witnesses.length === 0 ? '' : `, cosigned by ${witnesses.map(({ name }) => name).join(', ')}`;
    const text = `VALID: ${range}, of ${checkpoint.origin} at ${checkpoint.size} entries, root ${root}${by}`;
    return tell(json, true, text, {
      checked: count,
      first_bad_seq: null,
      reason: null,
      root,
      size: checkpoint.size,
    });
  } catch (error) {
    if (error instanceof Invalid) {
      const where = error.seq === null ? '' : ` at seq ${error.seq}`;
      return tell(json, false, `NOT VALID${where}: ${error.message}`, {
        first_bad_seq: error.seq,
        reason: error.message,
      });
    }
    process.stderr.write(`assay-verify: ${error.message}\n${error instanceof WrongUse ? usage : ''}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
