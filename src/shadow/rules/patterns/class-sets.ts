/** From the syntax of a character class to the set it matches. */
import type { AST } from '@eslint-community/regexpp';
import { closeOverCase } from './case-folding.ts';
import { type CharSet, complement, fromRanges, lastCodePoint, lastUnit, single, union } from './char-set.ts';
import { unicodeProperty } from './unicode-property.ts';

/** The flags in force at a point of the pattern; `(?i:…)` changes them for its group. */
export interface ActiveFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly unicode: boolean;
}

export const lineTerminators: CharSet = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];
export const asciiWord: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** Long s and the Kelvin sign fold to `s` and `k`: under `iu` they are word characters too. */
export const foldedWord: CharSet = [0x17f, 0x17f, 0x212a, 0x212a];
const digits: CharSet = [0x30, 0x39];
/** ECMAScript's WhiteSpace and LineTerminator; wider than other engines' `\s`. */
const blanks: CharSet = fromRanges([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);

type Member = AST.Character | AST.CharacterSet | AST.CharacterClass;

/** Units, or with `u` code points, that the atom matches under the flags; case is already folded. */
export function setOfAtom(atom: Member, flags: ActiveFlags): CharSet {
  const last = flags.unicode ? lastCodePoint : lastUnit;
  if (atom.type === 'CharacterSet' && atom.kind === 'any') {
    return flags.dotAll ? [0, last] : complement(lineTerminators, last);
  }
  const negated = atom.type === 'CharacterClass' && atom.negate;
  const plain = atom.type === 'CharacterClass' ? setOfMembers(atom, flags) : setOfMember(atom, flags);
  const folded = flags.ignoreCase ? closeOverCase(plain, flags.unicode) : plain;
  // The specification folds first and inverts after: /[^x]/i excludes both x and X.
  return negated ? complement(folded, last) : folded;
}

function setOfMembers(node: AST.CharacterClass, flags: ActiveFlags): CharSet {
  const sets = node.elements.map((element) => {
    if (element.type === 'CharacterClassRange') return [element.min.value, element.max.value];
    if (element.type === 'Character' || element.type === 'CharacterSet') return setOfMember(element, flags);
    throw new Error(`unexpected ${element.type} in a class without the v flag`);
  });
  return union(...(sets.length === 0 ? [[]] : sets));
}

function setOfMember(node: AST.Character | AST.CharacterSet, flags: ActiveFlags): CharSet {
  if (node.type === 'Character') return single(node.value);
  const last = flags.unicode ? lastCodePoint : lastUnit;
  const set = namedSet(node, flags);
  return node.kind !== 'any' && node.negate ? complement(set, last) : set;
}

function namedSet(node: AST.CharacterSet, flags: ActiveFlags): CharSet {
  switch (node.kind) {
    case 'digit':
      return digits;
    case 'space':
      return blanks;
    case 'word':
      return flags.unicode && flags.ignoreCase ? union(asciiWord, foldedWord) : asciiWord;
    case 'property':
      return unicodeProperty(node.key, node.value);
    default:
      throw new Error(`unexpected ${node.kind} in a character class`);
  }
}
