import type { ClientBase } from 'pg';
import { copyHeader, copyIn, copyTrailer } from '../../platform/database/copy-in.ts';
import { sql } from '../../platform/database/sql.ts';
import { checkpointText } from '../checkpoints/checkpoint.ts';
import type { SignerKey } from '../checkpoints/note-key.ts';
import { signatureLine } from '../checkpoints/signed-note.ts';
import { encodeEvent } from '../events/encode-event.ts';
import { createLeafWriter } from '../leaf/leaf-writer.ts';
import { nodeRow } from '../sequencer/entry-row.ts';
import { sealBatch } from '../sequencer/seal-batch.ts';
import { appendLeaves } from '../tree/append-leaves.ts';
import { chainHash, chainStart, hashBytes, leafHash } from '../tree/hashing.ts';
import { emptyTree, rootOf, spineOf } from '../tree/peaks.ts';
import { blockOf, spendEvent } from './events.ts';

/** A random whole number below `n`. */
export type Random = (n: number) => number;

export interface Tampered {
  what: string;
  /** The entry that must be named; null where only the fact must be noticed. */
  seq: number | null;
}

export interface TamperContext {
  /** As the owner of the tables, in a transaction that will be rolled back. */
  client: ClientBase;
  size: number;
  tenants: number;
  random: Random;
  /** The attacker has these too. */
  signer: SignerKey;
  hmacKey: Buffer;
}

const sequencerModule = new URL('../sequencer/sequence-batch.ts', import.meta.url).href;

type Tamper = (context: TamperContext) => Promise<Tampered>;

const sameTime = "'2026-01-01T00:00:00Z'::timestamptz";

/** In-place edits of one column of one entry, each with the parts of a cover-up that an attacker without keys can do. */
const edits: Tamper[] = [
  editColumn('leaf', (value, random) => flip(value, random)),
  editColumn('leaf_hash', (value, random) => flip(value, random)),
  editColumn('chain_hash', (value, random) => flip(value, random)),
  editSql('tenant_id', "tenant_id = tenant_id || 'x'"),
  editSql('tenant_seq', 'tenant_seq = tenant_seq + 1'),
  editSql('sequenced_at', "sequenced_at = sequenced_at + interval '1 ms'"),
  editSql('sequenced_at, far away', `sequenced_at = ${sameTime}`),
  editLeafAndHash(false),
  editLeafAndHash(true),
];

const others: Tamper[] = [
  editNode,
  editCheckpoint,
  editHead,
  insertRow,
  insertAndShift,
  deleteRow,
  deleteAndShift,
  swap(false),
  swap(true),
  cutTail,
  cutTailCarefully,
  deleteAll,
  rewriteFrom(false),
  rewriteFrom(true),
  moveSeq,
];

/** Half of them in-place edits, half everything else; rewriting thousands of rows is drawn less often. */
export function pickTamper(random: Random): Tamper {
  if (random(2) === 0) return edits[random(edits.length)]!;
  const pick = others[random(others.length)]!;
  const slow = [insertAndShift, deleteAndShift, cutTailCarefully].includes(pick) || pick.name === 'rewrite';
  return slow && random(4) !== 0 ? edits[random(edits.length)]! : pick;
}

function editColumn(
  column: 'leaf' | 'leaf_hash' | 'chain_hash',
  change: (v: Buffer, r: Random) => Buffer,
): Tamper {
  return async ({ client, size, random }) => {
    const seq = random(size);
    const { rows } = await client.query(`SELECT ${column} AS value FROM audit.entries WHERE seq = $1`, [seq]);
    const value = change(rows[0].value, random);
    await client.query(`UPDATE audit.entries SET ${column} = $2 WHERE seq = $1`, [seq, value]);
    return { what: `edit ${column}`, seq };
  };
}

function editSql(what: string, assignment: string): Tamper {
  return async ({ client, size, random }) => {
    const seq = random(size);
    await client.query(`UPDATE audit.entries SET ${assignment} WHERE seq = $1`, [seq]);
    return { what: `edit ${what}`, seq };
  };
}

/** Another amount, hashed anew; with the chain of that entry continued, too, so that the next is the first to break. */
function editLeafAndHash(andChain: boolean): Tamper {
  return async ({ client, size, random }) => {
    const seq = random(size);
    const { rows } = await client.query<{ seq: number; leaf: Buffer; chain_hash: Buffer }>(
      'SELECT seq, leaf, chain_hash FROM audit.entries WHERE seq IN ($1::bigint, $1::bigint - 1) ORDER BY seq DESC',
      [seq],
    );
    const leaf = Buffer.from(rows[0]!.leaf.toString().replace(/"amount":(\d+)/, '"amount":9$1'));
    const hash = leafHash(leaf);
    const chain = andChain ? chainHash(rows[1]?.chain_hash ?? chainStart, hash) : rows[0]!.chain_hash;
    await client.query('UPDATE audit.entries SET leaf = $2, leaf_hash = $3, chain_hash = $4 WHERE seq = $1', [
      seq,
      leaf,
      hash,
      chain,
    ]);
    return { what: `edit leaf and hash${andChain ? ' and chain' : ''}`, seq };
  };
}

async function editNode({ client, random }: TamperContext): Promise<Tampered> {
  const { rows } = await client.query('SELECT level, first_index, hashes FROM audit.nodes');
  const { level, first_index, hashes } = rows[random(rows.length)];
  await client.query('UPDATE audit.nodes SET hashes = $3 WHERE level = $1 AND first_index = $2', [
    level,
    first_index,
    flip(hashes, random),
  ]);
  return { what: `edit a node of level ${level}`, seq: null };
}

async function editCheckpoint({ client, random }: TamperContext): Promise<Tampered> {
  const { rows } = await client.query('SELECT * FROM audit.checkpoints');
  const row = rows[random(rows.length)];
  const column = ['root_hash', 'note', 'spine'][random(3)]!;
  if (row[column].length === 0) return editCheckpoint({ client, random } as TamperContext);
  const value = column === 'note' ? row.note.replace(/[A-Z]/, '0') : flip(row[column], random);
  await client.query(`UPDATE audit.checkpoints SET ${column} = $2 WHERE size = $1`, [row.size, value]);
  return { what: `edit ${column} of a checkpoint`, seq: null };
}

async function editHead({ client, random }: TamperContext): Promise<Tampered> {
  const assignment = [
    'size = size + 1',
    'size = size - 1',
    "chain_hash = decode(repeat('ab', 32), 'hex')",
    "peaks = decode(repeat('ab', octet_length(peaks)), 'hex')",
    "sequenced_at = sequenced_at + interval '1 second'",
  ][random(5)]!;
  await client.query(`UPDATE audit.head SET ${assignment}`);
  return { what: `edit head: ${assignment}`, seq: null };
}

/** A second entry of a number. */
async function insertRow({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  await client.query(
    `INSERT INTO audit.entries SELECT seq, sequenced_at + interval '1 ms', tenant_seq, tenant_id, leaf_hash, chain_hash, leaf
     FROM audit.entries WHERE seq = $1`,
    [seq],
  );
  return { what: 'insert a second entry', seq };
}

/** One more entry, everything after it renumbered. */
async function insertAndShift({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  await shift(client, 'seq >= $1', seq, 1);
  await client.query(
    `INSERT INTO audit.entries SELECT $1::bigint, sequenced_at, tenant_seq, tenant_id, leaf_hash, chain_hash, leaf
     FROM audit.entries WHERE seq = $2`,
    [seq, seq === 0 ? 1 : seq - 1],
  );
  return { what: 'insert and renumber', seq };
}

/** By way of negative numbers, past the unique key. */
async function shift(client: ClientBase, which: string, seq: number, by: number): Promise<void> {
  await client.query(`UPDATE audit.entries SET seq = -1 - (seq + ${by}) WHERE ${which}`, [seq]);
  await client.query('UPDATE audit.entries SET seq = -1 - seq WHERE seq < 0');
}

async function deleteRow({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  await client.query('DELETE FROM audit.entries WHERE seq = $1', [seq]);
  return { what: 'delete', seq };
}

async function deleteAndShift({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  await client.query('DELETE FROM audit.entries WHERE seq = $1', [seq]);
  await shift(client, 'seq > $1', seq, -1);
  return { what: 'delete and renumber', seq };
}

/** Two entries change places, with or without their chain hashes. */
function swap(withChain: boolean): Tamper {
  return async ({ client, size, random }) => {
    const a = random(size);
    const b = (a + 1 + random(size - 1)) % size;
    const columns = `tenant_seq, tenant_id, leaf_hash, leaf${withChain ? ', chain_hash' : ''}`;
    const from = columns.replaceAll(/\w+/g, 'o.$&');
    await client.query(
      `UPDATE audit.entries e SET (${columns}) = (SELECT ${from} FROM audit.entries o WHERE o.seq = $1::bigint + $2::bigint - e.seq)
       WHERE e.seq IN ($1::bigint, $2::bigint)`,
      [a, b],
    );
    return { what: 'swap', seq: Math.min(a, b) };
  };
}

async function moveSeq({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  const other = (seq + 1 + random(size - 1)) % size;
  await client.query(
    `UPDATE audit.entries SET seq = $2, sequenced_at = sequenced_at + interval '1 ms' WHERE seq = $1`,
    [seq, other],
  );
  return { what: 'edit seq', seq: Math.min(seq, other) };
}

async function cutTail({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  await client.query('DELETE FROM audit.entries WHERE seq >= $1', [seq]);
  return { what: 'cut the tail', seq };
}

async function deleteAll({ client }: TamperContext): Promise<Tampered> {
  await client.query('DELETE FROM audit.entries');
  return { what: 'delete all', seq: 0 };
}

/** Every table as it was at an earlier size: an older backup restored. */
async function cutTailCarefully({ client, size, random }: TamperContext): Promise<Tampered> {
  const seq = random(size);
  const { rows } = await client.query<{ chain_hash: Buffer; leaf_hash: Buffer; sequenced_at: Date }>(
    'SELECT chain_hash, leaf_hash, sequenced_at FROM audit.entries WHERE seq < $1 ORDER BY seq',
    [seq],
  );
  const { tree } = await replaceNodes(client, Buffer.concat(rows.map((row) => row.leaf_hash)));
  await client.query('DELETE FROM audit.entries WHERE seq >= $1', [seq]);
  await client.query('DELETE FROM audit.checkpoints WHERE size > $1', [seq]);
  await client.query('UPDATE audit.head SET size = $1, chain_hash = $2, peaks = $3, sequenced_at = $4', [
    seq,
    rows.at(-1)?.chain_hash ?? chainStart,
    tree.peaks,
    rows.at(-1)?.sequenced_at ?? new Date(0),
  ]);
  return { what: 'restore an older copy', seq };
}

/** Another history from some entry on, sealed with the HMAC key; with the signing key its checkpoints are signed anew. */
function rewriteFrom(andSign: boolean): Tamper {
  return async function rewrite({ client, size, tenants, random, signer, hmacKey }) {
    const changed = random(size);
    const events = Array.from({ length: size }, (_, n) => {
      const event = spendEvent(n, tenants);
      return {
        tenantId: event.tenant_id,
        event: encodeEvent(n < changed ? event : { ...event, amount: 7_777 + n }),
      };
    });
    const heads = Array.from({ length: tenants }, (_, n) => [
      `tenant-${n}`,
      { seq: -1, leafHash: Buffer.alloc(hashBytes).toString('base64') },
    ]) as [string, { seq: number; leafHash: string }][];
    const { rows } = await client.query<{ at: number }>(
      'SELECT (extract(epoch FROM min(sequenced_at)) * 1000)::bigint AS at FROM audit.entries',
    );
    const at = Number(rows[0]!.at);
    const batch = {
      firstSeq: 0,
      chainHash: chainStart,
      tenantHeads: new Map(heads),
      sequencedAt: at,
    };
    await client.query('DELETE FROM audit.entries');
    const copyEntries = sql(sequencerModule, './sql/copy-entries.sql');
    const sealed = await sealBatch({ ...batch, events: blockOf(events) }, createLeafWriter(hmacKey));
    const body = sealed.entries.subarray(copyHeader.length, -copyTrailer.length);
    await copyIn(client, copyEntries, [body]);
    const { tree } = await replaceNodes(client, sealed.leafHashes);
    await client.query(
      'UPDATE audit.head SET size = $1, chain_hash = $2, peaks = $3, sequenced_at = to_timestamp($4::numeric / 1000)',
      [size, sealed.chainHash, tree.peaks, at],
    );
    await client.query('DELETE FROM audit.checkpoints');
    if (andSign) {
      const text = checkpointText({ origin: signer.verifier.name, size, rootHash: rootOf(tree) });
      await client.query(
        'INSERT INTO audit.checkpoints (size, root_hash, note, spine) VALUES ($1, $2, $3, $4)',
        [size, rootOf(tree), `${text}\n${signatureLine(text, signer, 0)}\n`, spineOf(tree.peaks)],
      );
    }
    return { what: `rewrite from ${changed}${andSign ? ' and sign' : ''}`, seq: null };
  };
}

async function replaceNodes(client: ClientBase, leafHashes: Buffer) {
  const appended = appendLeaves(emptyTree, leafHashes);
  await client.query('DELETE FROM audit.nodes');
  const copyNodes = sql(sequencerModule, './sql/copy-nodes.sql');
  await copyIn(client, copyNodes, appended.runs.map(nodeRow));
  return appended;
}

function flip(value: Buffer, random: Random): Buffer {
  const changed = Buffer.from(value);
  changed[random(changed.length)]! ^= 1 << random(8);
  return changed;
}
