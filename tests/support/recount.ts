import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * A second opinion on confusion matrices: one plain loop over the file, one `includes` or `RegExp.test` a pattern. It
 * shares no code with the product, on purpose, and knows signature rules only.
 */
export interface NaiveRule {
  patterns: ({ literal: string } | { regex: string; flags?: string })[];
  match?: 'any' | 'all';
  fields?: ('payload' | 'uri' | 'user_agent')[];
  decode?: ('url' | 'lowercase')[];
  caseSensitive?: boolean;
}

export interface RecountedMatrix {
  true_positives: number;
  false_positives: number;
  true_negatives: number;
  false_negatives: number;
}

interface Line {
  payload?: string | null;
  uri?: string | null;
  user_agent?: string | null;
  headers?: Record<string, string | string[]>;
  is_attack: boolean;
}

/** Counts a rule over NDJSON files, gzipped where their name ends in `.gz`. */
export async function recount(files: readonly (string | URL)[], rule: NaiveRule): Promise<RecountedMatrix> {
  const matrix = { true_positives: 0, false_positives: 0, true_negatives: 0, false_negatives: 0 };
  const matches = naiveMatcher(rule);
  for (const file of files) {
    for await (const line of linesOf(open(file))) {
      if (line.trim() === '') continue;
      const sample = JSON.parse(line) as Line;
      const matched = matches(sample);
      if (sample.is_attack && matched) matrix.true_positives++;
      if (sample.is_attack && !matched) matrix.false_negatives++;
      if (!sample.is_attack && matched) matrix.false_positives++;
      if (!sample.is_attack && !matched) matrix.true_negatives++;
    }
  }
  return matrix;
}

export function naiveMatcher(rule: NaiveRule): (sample: Line) => boolean {
  const fields = rule.fields ?? ['payload', 'uri', 'user_agent'];
  const tests = rule.patterns.map((pattern) => {
    if ('regex' in pattern) {
      const expression = new RegExp(pattern.regex, pattern.flags);
      return (value: string) => expression.test(value);
    }
    if (rule.caseSensitive) return (value: string) => value.includes(pattern.literal);
    const wanted = asciiLower(pattern.literal);
    return (value: string) => asciiLower(value).includes(wanted);
  });
  return (sample) => {
    const values = fields
      .map((field) => fieldValue(sample, field))
      .filter((value) => value !== null)
      .map((value) => decode(value, rule.decode ?? []));
    const found = (matches: (value: string) => boolean) => values.some(matches);
    return rule.match === 'all' ? tests.every(found) : tests.some(found);
  };
}

function fieldValue(sample: Line, field: 'payload' | 'uri' | 'user_agent'): string | null {
  const value = sample[field];
  if (typeof value === 'string' || field !== 'user_agent') return value ?? null;
  for (const [name, header] of Object.entries(sample.headers ?? {})) {
    if (name.toLowerCase() === 'user-agent') return Array.isArray(header) ? (header[0] ?? null) : header;
  }
  return null;
}

function decode(value: string, steps: readonly ('url' | 'lowercase')[]): string {
  let decoded = value;
  for (const step of steps) decoded = step === 'url' ? decodeUrl(decoded) : asciiLower(decoded);
  return decoded;
}

function decodeUrl(value: string): string {
  const bytes: number[] = [];
  const encoded = Buffer.from(value);
  for (let at = 0; at < encoded.length; at++) {
    const pair = encoded.toString('latin1', at + 1, at + 3);
    if (encoded[at] === 0x25 && /^[0-9a-fA-F]{2}$/.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      at += 2;
    } else bytes.push(encoded[at] === 0x2b ? 0x20 : encoded[at]!);
  }
  return Buffer.from(bytes).toString('utf8');
}

function asciiLower(value: string): string {
  return value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Splits at line feeds only: `readline` also does at U+2028, which JSON strings may hold, and payloads do. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const text of input.setEncoding('utf8')) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}

function open(file: string | URL): Readable {
  const raw = createReadStream(file);
  if (!String(file).endsWith('.gz')) return raw;
  const plain = createGunzip();
  // `pipe` does not pass errors on; a missing file must fail the test, not hang it.
  raw.on('error', (error) => plain.destroy(error));
  return raw.pipe(plain);
}
