import type { Xoshiro128 } from '../../stats/xoshiro128.ts';
import { pick } from './pick.ts';

/** How an attack is made to look like something else; most are not. */
export function disguise(payload: string, rng: Xoshiro128): string {
  const roll = rng.below(100);
  if (roll < 50) return payload;
  if (roll < 62) return percentEncode(payload);
  if (roll < 67) return percentEncode(percentEncode(payload));
  if (roll < 77) return mixCase(payload, rng);
  if (roll < 84) return payload.replaceAll(' ', '/**/');
  if (roll < 89) return Buffer.from(payload).toString('base64');
  if (roll < 94) return entities(payload);
  return payload.replaceAll(' ', pick(['\t', '  ', '\n', '\u00a0'], rng));
}

/** Everything but letters and digits as `%XX`. */
export function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    const plain =
      (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

function mixCase(text: string, rng: Xoshiro128): string {
  return text.replace(/[a-z]/gi, (letter) =>
    rng.below(2) === 0 ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function entities(text: string): string {
  return text.replace(/[<>'"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
