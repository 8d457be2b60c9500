import type { Sample } from '../batch/sample.ts';
import { describeValue, glimpse, LineFault } from './line-fault.ts';
import { parseTimestamp } from './parse-timestamp.ts';
import { readHeaders } from './read-headers.ts';

/** What the request says about lines that do not say it themselves. */
export interface SampleDefaults {
  /** From `?label=`. */
  isAttack: boolean | null;
  /** From `?attack_type=`; given to attacks only. */
  attackType: string | null;
  /** Milliseconds since the epoch for samples without a timestamp. */
  arrivedAt: number;
}

export const sampleFields = [
  'id',
  'timestamp',
  'source_ip',
  'method',
  'uri',
  'headers',
  'user_agent',
  'payload',
  'is_attack',
  'attack_type',
  'metadata',
] as const;
export type SampleField = (typeof sampleFields)[number];
const knownFields: ReadonlySet<string> = new Set(sampleFields);

/** Attack types name rows of a report and sit in a dictionary a batch; 128 characters are ample for a name. */
export const maxAttackTypeLength = 128;

/**
 * A sample from one parsed line. Written by hand because a schema library costs several microseconds a line, which
 * is the whole budget of an ingested sample (bench/samples-ingest.ts).
 *
 * @throws LineFault naming the field, what was found and what was expected.
 */
export function readSample(value: unknown, defaults: SampleDefaults): Sample {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new LineFault(`found ${describeValue(value)}, expected a JSON object`);
  }
  // Own `__proto__` keys, which JSON.parse makes, are enumerated here and refused like any unknown name.
  for (const name in value) if (!knownFields.has(name)) throw unknownField(name);
  const line = value as Partial<Record<SampleField, unknown>>;
  const headers = readHeaders(line.headers);
  const isAttack = readLabel(line.is_attack, defaults);
  return {
    id: readId(line.id),
    at: line.timestamp == null ? defaults.arrivedAt : parseTimestamp(line.timestamp),
    sourceIp: readText(line.source_ip, 'source_ip'),
    method: readText(line.method, 'method'),
    uri: readText(line.uri, 'uri'),
    userAgent: readText(line.user_agent, 'user_agent') ?? userAgentHeader(headers),
    payload: readText(line.payload, 'payload'),
    headers,
    isAttack,
    attackType: readAttackType(line.attack_type) ?? (isAttack ? defaults.attackType : null),
    metadata: readMetadata(line.metadata),
  };
}

function unknownField(name: string): LineFault {
  return new LineFault(
    `unknown field ${JSON.stringify(glimpse(name))}, expected one of ${sampleFields.join(', ')}`,
  );
}

function readText(value: unknown, field: SampleField): string | null {
  if (typeof value === 'string') return value.toWellFormed();
  if (value == null) return null;
  throw new LineFault(`${field} is ${describeValue(value)}, expected a string`);
}

function readId(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  if (value == null || typeof value === 'string') return readText(value, 'id');
  throw new LineFault(`id is ${describeValue(value)}, expected a string or a number`);
}

function readLabel(value: unknown, defaults: SampleDefaults): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined && defaults.isAttack !== null) return defaults.isAttack;
  throw new LineFault(`is_attack is ${describeValue(value)}, expected true or false`);
}

function readAttackType(value: unknown): string | null {
  const text = readText(value, 'attack_type');
  if (text === null || text === '') return null;
  if (text.length <= maxAttackTypeLength) return text;
  throw new LineFault(
    `attack_type is ${text.length} characters long, expected at most ${maxAttackTypeLength}`,
  );
}

function readMetadata(value: unknown): string | null {
  if (value == null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new LineFault(`metadata is ${describeValue(value)}, expected an object`);
  }
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.parse does not recurse and JSON.stringify does: a few thousand brackets overflow its stack.
    if (error instanceof RangeError) throw new LineFault('metadata is nested too deeply');
    throw error;
  }
}

function userAgentHeader(headers: Sample['headers']): string | null {
  for (const header of headers) if (header[0] === 'user-agent') return header[1];
  return null;
}
