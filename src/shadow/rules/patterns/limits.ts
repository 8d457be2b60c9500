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
 * one is live at once the bit-parallel simulation pays 2,048 words a character.
 */
export const positionsMax = 65_535;

/**
 * Pairs of positions joined while compiling. `a?b?c?…` joins every position to every later one: 1,400
 * such in a row reach the bound, as do 20 ms of compile time.
 */
export const joinsMax = 1 << 20;

/**
 * Word operations a character that the simulation may need for transitions other than "to the next
 * position" and "stay". At the measured 1 to 2 ns each a value of 1 MiB stays in low seconds.
 */
export const jumpWordsMax = 8_192;

/** positions × character classes: one bit each, so the table of who accepts what is at most 8 MiB. */
export const reachBitsMax = 1 << 26;

/** Default bound on the states kept by one lazily built automaton; flushed when full. */
export const cacheBytesDefault = 4 << 20;
