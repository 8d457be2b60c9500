/**
 * What a pattern set may cost. A position is one character test of a pattern written out in full:
 * `ab{3}` has four, `\p{L}` under `u` some 120 because astral letters are surrogate pairs.
 */

/** One regular expression, unparsed: the longest in the OWASP core rule set is under 8,000 units. */
export const sourceUnitsMax = 32_768;

/** Groups inside groups; the parser and ours recurse, and 250 stays far from the end of the stack. */
export const groupDepthMax = 250;

/**
 * Positions of a whole set, so that one fits 16 bits: 2,048 words of a bitmap. 1,000 literals of 60 characters fit;
 * where every one has to be simulated and may be live, that is 4 µs a character: 4.5 s for 1 MiB.
 */
export const positionsMax = 65_535;

/**
 * Pairs of positions joined while compiling. `a?b?c?…` joins every position to every later one: 700
 * such in a row reach the bound, and take about 0.2 s to compile.
 */
export const joinsMax = 1 << 18;

/**
 * Operations a character that simulating a set may take at worst: one for each word of positions, and one for each move
 * of a word's positions other than "to the next" and "stay". 1,000 expressions made of the OWASP core rule set's need
 * 2,839 and 1,000 times <tag[^>]*> with flags iu 2,500. An operation takes 2 to 8 ns, so a set made to have all of them
 * at every character takes up to 20 µs for each; no real text comes near it.
 */
export const operationsMax = 3_072;

/** positions × character classes: one bit each, so the table of who accepts what is at most 8 MiB. */
export const reachBitsMax = 1 << 26;

/** Default bound on the states kept by one lazily built automaton; flushed when full. */
export const cacheBytesDefault = 4 << 20;
