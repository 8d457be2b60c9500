/**
 * What a pattern set may cost. A position is one character test of a pattern written out in full:
 * `ab{3}` has four, `\p{L}` under `u` some 120 because astral letters are surrogate pairs.
 */

/** One regular expression, unparsed: the longest in the OWASP core rule set is under 8,000 units. */
export const sourceUnitsMax = 32_768;

/** Groups inside groups; the parser and ours recurse, and 250 stays far from the end of the stack. */
export const groupDepthMax = 250;

/**
 * Positions of a whole set, so that one fits 16 bits. 1,000 literals of 60 characters fit; when every
 * one has to be simulated that is 2,048 words a character, measured at some 8 µs: 8 s for 1 MiB.
 */
export const positionsMax = 65_535;

/**
 * Pairs of positions joined while compiling. `a?b?c?…` joins every position to every later one: 700
 * such in a row reach the bound, and take about 0.2 s to compile.
 */
export const joinsMax = 1 << 18;

/**
 * Word operations a character that the simulation may need for transitions other than "to the next
 * position" and "stay". 1,000 times <tag[^>]*> under iu needs 4,239 after its dearest character, so less would
 * refuse real sets; the price is that a set made to have all of them live at every character takes some
 * 20 µs for each.
 */
export const jumpWordsMax = 5_120;

/** positions × character classes: one bit each, so the table of who accepts what is at most 8 MiB. */
export const reachBitsMax = 1 << 26;

/** Default bound on the states kept by one lazily built automaton; flushed when full. */
export const cacheBytesDefault = 4 << 20;
