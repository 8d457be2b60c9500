/** How deep rules may stand in one another; a rule without sub-rules is 1 deep (RULES.md). */
export const maxRuleDepth = 8;
/** Over the whole rule, sub-rules included (RULES.md). */
export const maxPatternsPerRule = 1_000;
/**
 * Characters of all patterns with their repetitions written out. One pattern set may have as many, which takes up to
 * 0.8 s to compile; without a bound over the rule a thousand small signatures of `\p{L}{300}` would take ten minutes.
 */
export const maxPositionsPerRule = 65_535;
/**
 * What a character of a sample costs at worst, all signatures together; one pattern set may need 3,072 of these. A
 * thousand signatures of an ordinary expression each need up to 6,000.
 */
export const maxOperationsPerRule = 8_192;
/** Every node costs a bitmap of 4 KB a batch, so a thousand of them are 4 MB a thread. */
export const maxNodesPerRule = 1_000;
/** Every leaf keeps a bucket per key it has seen, which is the one cost that grows with the traffic. */
export const maxRateLimitsPerRule = 64;
/** As many as a body of 1 MiB can name; the published block lists of cloud providers hold below 10,000. */
export const maxCidrsPerRule = 100_000;
/** UTF-16 units; as many as `patterns/` takes. The longest of the OWASP core rule set is below 8,000. */
export const maxPatternLength = 32_768;
/** Each listed field is one more pass over the batch. */
export const maxFieldsPerSignature = 64;
/** Each step may make one more copy of each value; four layers of encoding are already rare in attacks. */
export const maxDecodeSteps = 16;
/** Longer header names are refused by every common server (8 KB for all headers together). */
export const maxHeaderNameLength = 256;
/** Below 2^53 by far, so that sums of scores and products of tokens and milliseconds keep their precision. */
export const maxMagnitude = 1e9;
/** Faults listed in one answer; the rest would only hide the first. */
export const maxFaultsReported = 100;
