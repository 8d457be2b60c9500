/** From the syntax tree of a regular expression to positions; what cannot be linear is refused. */
import type { AST } from '@eslint-community/regexpp';
import type { CharSet } from './char-set.ts';
import { type ActiveFlags, setOfAtom } from './class-sets.ts';
import { edgeMask, wordBoundaryMask } from './context.ts';
import { alternatives, repeat, sequence } from './fragment.ts';
import { parsePattern } from './parse-pattern.ts';
import { PatternRefusedError } from './pattern-refused-error.ts';
import type { Fragment, PositionBuilder } from './position-builder.ts';
import { codePoints } from './surrogate-pairs.ts';

/** Adds the expression's positions to the builder and says how the whole begins and ends. */
export function buildRegex(builder: PositionBuilder, source: string, flagText: string): Fragment {
  const { ast, flags } = parsePattern(source, flagText, builder.patternIndex);
  return fromAlternatives(builder, ast.alternatives, flags);
}

function fromAlternatives(
  builder: PositionBuilder,
  nodes: readonly AST.Alternative[],
  flags: ActiveFlags,
): Fragment {
  return alternatives(
    nodes.map((node) =>
      sequence(
        builder,
        node.elements.map((element) => fromElement(builder, element, flags)),
      ),
    ),
  );
}

function fromElement(builder: PositionBuilder, node: AST.Element, flags: ActiveFlags): Fragment {
  switch (node.type) {
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
      return fromAtom(builder, node, flags);
    case 'Group':
      return fromAlternatives(builder, node.alternatives, modified(flags, node.modifiers));
    case 'CapturingGroup':
      return fromAlternatives(builder, node.alternatives, flags);
    case 'Quantifier':
      return fromQuantifier(builder, node, flags);
    case 'Assertion':
      return fromAssertion(builder, node, flags);
    case 'Backreference':
      return refuse(builder, node, 'backreference', 'write out the texts it may repeat');
    default:
      return refuse(builder, node, node.type, 'leave it out');
  }
}

function fromAtom(
  builder: PositionBuilder,
  node: AST.Character | AST.CharacterSet | AST.CharacterClass,
  flags: ActiveFlags,
): Fragment {
  const set = setOrRefusal(builder, node, flags);
  return flags.unicode ? codePoints(builder, set) : builder.unit(set);
}

function setOrRefusal(
  builder: PositionBuilder,
  node: AST.Character | AST.CharacterSet | AST.CharacterClass,
  flags: ActiveFlags,
): CharSet {
  try {
    return setOfAtom(node, flags);
  } catch (error) {
    // The parser may know a script that this engine's Unicode does not have yet.
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(builder, node, 'property', 'list the ranges of the script');
  }
}

function fromQuantifier(builder: PositionBuilder, node: AST.Quantifier, flags: ActiveFlags): Fragment {
  const outer = builder.blame;
  builder.blame = { construct: `repetition ${node.raw.slice(node.element.raw.length)}`, offset: node.start };
  const body = () => {
    const repeated = builder.blame;
    const fragment = fromElement(builder, node.element, flags);
    builder.blame = repeated;
    return fragment;
  };
  const fragment = repeat(builder, body, node.min, node.max);
  builder.blame = outer;
  return fragment;
}

function fromAssertion(builder: PositionBuilder, node: AST.Assertion, flags: ActiveFlags): Fragment {
  if (node.kind === 'word') return builder.empty(wordBoundaryMask(node.negate, flags));
  if (node.kind === 'start' || node.kind === 'end') return builder.empty(edgeMask(node.kind, flags));
  const name = 'negate' in node && node.negate ? `negative ${node.kind}` : node.kind;
  return refuse(builder, node, name, 'use two patterns with match "all", or a composite rule with "not"');
}

/** `(?i-m:…)`: flags added and removed for one group. */
function modified(flags: ActiveFlags, modifiers: AST.Modifiers | null): ActiveFlags {
  if (modifiers === null) return flags;
  const { add, remove } = modifiers;
  const decide = (flag: 'ignoreCase' | 'multiline' | 'dotAll') =>
    (flags[flag] || add[flag]) && !(remove?.[flag] ?? false);
  return {
    ignoreCase: decide('ignoreCase'),
    multiline: decide('multiline'),
    dotAll: decide('dotAll'),
    unicode: flags.unicode,
  };
}

function refuse(builder: PositionBuilder, node: AST.Node, construct: string, instead: string): never {
  throw new PatternRefusedError({
    patternIndex: builder.patternIndex,
    construct: `${construct} ${node.raw.slice(0, 40)}`,
    offset: node.start,
    reason: `Patterns run in time linear in the text, which ${construct}s do not allow. Instead, ${instead}.`,
  });
}
