/**
 * For tests: random regular expressions over everything that is supported, and random texts that are
 * likely to be decided by their odd corners (folding, surrogates, line terminators, word boundaries).
 */
export type Random = () => number;

/** Mulberry32: small, seeded, good enough to choose test cases. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const plain = [...'aabbkKsSxX1_ -é'];
const odd = [
  ...[
    'É',
    'ß',
    'ẞ',
    'ſ',
    '\u212a',
    'İ',
    'ı',
    'σ',
    'ς',
    'Σ',
    'ǅ',
    'ΐ',
    '\u1fd3',
    'ﬅ',
    'ﬆ',
    '\u13a0',
    '\uab70',
  ],
  ...['\n', '\r', '\u2028', '\u2029', '\0', '\t', '\u00a0', '\ufeff', '\u180e', '\u0085', '\ufffd'],
  ...['😀', '😁', '𐐀', '𐐨', '\u{10ffff}'],
];
const halves = ['\ud83d', '\ude00', '\ud801', '\udc00'];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

export function randomText(random: Random): string {
  const oddness = random();
  let text = '';
  for (let n = Math.floor(random() * 12); n > 0; n--) {
    const choice = random();
    if (choice < 0.05 * oddness) text += pick(random, halves);
    else text += pick(random, choice < 0.6 * oddness ? odd : plain);
  }
  return text;
}

export function randomFlags(random: Random): string {
  return ['i', 'm', 's', 'u'].filter(() => random() < 0.4).join('');
}

/**
 * A pattern of about `size` atoms; now and then not JavaScript, which both sides must then refuse.
 * Repetitions nest at most `depth` deep: with three, the engine compared against takes minutes on some
 * texts of eleven characters, (?:([^\\t]*?.?){2}?(?:|)){3,}k being one.
 */
export function randomPattern(random: Random, unicode: boolean, size = 6, depth = 2): string {
  const branches = random() < 0.25 ? 2 + Math.floor(random() * 2) : 1;
  return Array.from({ length: branches }, () => {
    let sequence = '';
    for (let n = Math.floor(random() * (size / branches + 1)); n > 0; n--)
      sequence += term(random, unicode, size, depth);
    return sequence;
  }).join('|');
}

function term(random: Random, unicode: boolean, size: number, depth: number): string {
  const choice = random();
  if (choice < 0.15) return pick(random, ['^', '$', '\\b', '\\B', '\\b', '\\B']);
  const repeated = depth > 0 && random() < 0.4;
  const body =
    choice < 0.35 && size > 1
      ? group(random, unicode, size, repeated ? depth - 1 : depth)
      : atom(random, unicode);
  if (!repeated) return body;
  const quantifier = pick(random, ['*', '+', '?', '{2}', '{0}', '{1,}', '{0,2}', '{2,3}', '{3,}']);
  return body + quantifier + (random() < 0.2 ? '?' : '');
}

function group(random: Random, unicode: boolean, size: number, depth: number): string {
  const modifiers = [...(unicode ? [] : ['(?i:', '(?-i:', '(?im-s:']), '(?s:', '(?-s:', '(?m:', '(?-m:'];
  const open = random() < 0.2 ? pick(random, modifiers) : pick(random, ['(', '(?:']);
  return `${open}${randomPattern(random, unicode, size / 2, depth)})`;
}

const escapes = ['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\n', '\\t', '\\0', '\\x4b', '\\u017f', '\\cJ'];
const properties = [
  '\\p{L}',
  '\\P{L}',
  '\\p{Lu}',
  '\\P{Ll}',
  '\\p{Script=Greek}',
  '\\p{Cs}',
  '\\u{1F600}',
  '\\p{ASCII}',
];
const annexB = [
  ']',
  '{',
  '}',
  'a{',
  'a{,2}',
  '\\8',
  '\\07',
  '\\c',
  '\\_',
  '\\x4',
  '\\u{61}',
  '\\k',
  '\\ud83d\\ude00',
];

function atom(random: Random, unicode: boolean): string {
  const choice = random();
  if (choice < 0.4) return pick(random, plain);
  if (choice < 0.5) return pick(random, odd);
  if (choice < 0.58) return '.';
  if (choice < 0.72) return pick(random, escapes);
  if (choice < 0.8) return pick(random, unicode ? properties : annexB);
  if (choice < 0.82)
    return pick(random, unicode ? ['\\ud83d', '\\ud83d\\ude00', '\\udc00'] : ['😀', '\\ude00']);
  return characterClass(random, unicode);
}

function characterClass(random: Random, unicode: boolean): string {
  const members: string[] = [];
  for (let n = Math.floor(random() * 4); n > 0; n--) {
    const choice = random();
    if (choice < 0.4) members.push(pick(random, choice < 0.3 ? plain : odd).replace('-', '\\-'));
    else if (choice < 0.6)
      members.push(pick(random, ['a-k', 'J-T', '0-9', 'Α-ω', '\\0-\\x7f', 'ſ-ǅ', '\\ud800-\\udfff']));
    else if (choice < 0.8) members.push(pick(random, [...escapes, '\\b']));
    else
      members.push(
        pick(random, unicode ? [...properties, '𐐀-𐐨', '\\ud83d'] : ['\\w-a', '\\c1', '\\ud83d', '{', '-']),
      );
  }
  return `[${random() < 0.35 ? '^' : ''}${members.join('')}]`;
}
