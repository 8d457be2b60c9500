import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** The part of a sample that the rules of P6 look at, as objects in memory. */
export interface MemorySample {
  payload?: string;
  uri?: string;
  user_agent?: string;
}

export interface ReferenceRule {
  patterns: { regex: string; flags: string }[];
  decode: ('url' | 'lowercase')[];
}

export async function loadSamples(files: string[]): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  for (const file of files) {
    for (const line of gunzipSync(await readFile(file))
      .toString('utf8')
      .split('\n')) {
      if (line !== '') samples.push(JSON.parse(line));
    }
  }
  return samples;
}

/**
 * The fastest plain thing we could write: one thread, everything in memory, `RegExp.test` in a loop that stops at the
 * first match, values decoded once for all patterns and only where they hold something to decode.
 *
 * @returns how many samples match.
 */
export function countMatches(samples: readonly MemorySample[], rule: ReferenceRule): number {
  const expressions = rule.patterns.map(({ regex, flags }) => new RegExp(regex, flags));
  const decodes = rule.decode.length > 0;
  const matchesSome = (value: string | undefined) => {
    if (value === undefined) return false;
    const text = decodes ? decode(value, rule.decode) : value;
    for (const expression of expressions) if (expression.test(text)) return true;
    return false;
  };
  let matches = 0;
  for (const { payload, uri, user_agent } of samples) {
    if (matchesSome(payload) || matchesSome(uri) || matchesSome(user_agent)) matches++;
  }
  return matches;
}

function decode(value: string, steps: ReferenceRule['decode']): string {
  let text = value;
  for (const step of steps) text = step === 'url' ? decodeUrl(text) : lowerAscii(text);
  return text;
}

function decodeUrl(value: string): string {
  const spaced = value.includes('+') ? value.replaceAll('+', ' ') : value;
  if (!spaced.includes('%')) return spaced;
  try {
    // A sign without two digits, or bytes that are no UTF-8, throw; then byte by byte.
    return decodeURIComponent(spaced);
  } catch {
    const bytes = Buffer.from(spaced, 'utf8');
    let end = 0;
    for (let i = 0; i < bytes.length; i++, end++) {
      const digits = bytes[i] === 0x25 ? bytes.toString('latin1', i + 1, i + 3) : '';
      const isEncoded = /^[0-9a-f]{2}$/i.test(digits);
      bytes[end] = isEncoded ? Number.parseInt(digits, 16) : bytes[i]!;
      if (isEncoded) i += 2;
    }
    return bytes.toString('utf8', 0, end);
  }
}

function lowerAscii(value: string): string {
  return /[A-Z]/.test(value) ? value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : value;
}
