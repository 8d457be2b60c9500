/** The syntax of JavaScript, read by a parser made for it; what it does not allow is refused here. */
import { type AST, RegExpParser, RegExpSyntaxError } from '@eslint-community/regexpp';
import type { ActiveFlags } from './class-sets.ts';
import { groupDepthMax, sourceUnitsMax } from './limits.ts';
import { PatternRefusedError } from './pattern-refused-error.ts';

export interface ParsedPattern {
  ast: AST.Pattern;
  flags: ActiveFlags;
}

/** @throws PatternRefusedError for a flag other than i, s, m, u, and for what is not JavaScript. */
export function parsePattern(source: string, flags: string, patternIndex: number): ParsedPattern {
  checkFlags(flags, patternIndex);
  checkSize(source, patternIndex);
  const unicode = flags.includes('u');
  try {
    const parser = new RegExpParser({ ecmaVersion: 2025, strict: false });
    const ast = parser.parsePattern(source, 0, source.length, { unicode, unicodeSets: false });
    const has = (flag: string) => flags.includes(flag);
    return { ast, flags: { ignoreCase: has('i'), multiline: has('m'), dotAll: has('s'), unicode } };
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    const what = error.message.replace(/^Invalid regular expression: /, '');
    throw new PatternRefusedError({
      patternIndex,
      construct: 'syntax error',
      offset: error.index,
      reason: `It is not a JavaScript regular expression: ${what}. Correct it, or give the text as a literal.`,
    });
  }
}

function checkFlags(flags: string, patternIndex: number): void {
  for (const [offset, flag] of [...flags].entries()) {
    const repeated = flags.indexOf(flag) < offset;
    if ('ismu'.includes(flag) && !repeated) continue;
    throw new PatternRefusedError({
      patternIndex,
      construct: repeated ? `repeated flag ${flag}` : `flag ${flag}`,
      offset,
      reason: `Of JavaScript's flags i, s, m and u are supported, each at most once; found '${flags}'. Leave the flag out.`,
    });
  }
}

/** A scan for nesting that knows escapes and classes, so that no recursive parser sees a deep pattern. */
function checkSize(source: string, patternIndex: number): void {
  const refuse = (construct: string, offset: number, bound: string) => {
    const reason = `The bound is ${bound}. Write it shorter, or as several patterns.`;
    throw new PatternRefusedError({ patternIndex, construct, offset, reason });
  };
  if (source.length > sourceUnitsMax) {
    refuse(`pattern of ${source.length} characters`, sourceUnitsMax, `${sourceUnitsMax} characters`);
  }
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') i++;
    else if (inClass) inClass = c !== ']';
    else if (c === '[') inClass = true;
    else if (c === ')') depth--;
    else if (c === '(' && ++depth > groupDepthMax) refuse('nested groups', i, `${groupDepthMax} levels`);
  }
}
