// Temporary, until patterns/ lands.
export type PatternSource = { literal: string } | { regex: string; flags: string };
export interface PatternSet {
  readonly size: number;
  matchesAny(bytes: Uint8Array, start: number, end: number): boolean;
  matchesAnyText(text: string): boolean;
  collect(bytes: Uint8Array, start: number, end: number, seen: Uint8Array): number;
  collectText(text: string, seen: Uint8Array): number;
}
const low = (s: string) => s.replace(/[A-Z]/g, (c) => c.toLowerCase());
export function compilePatternSet(
  patterns: readonly PatternSource[],
  options: { caseSensitive: boolean },
): PatternSet {
  const tests = patterns.map((p) => {
    if ('regex' in p) {
      const r = new RegExp(p.regex, p.flags);
      return (t: string) => r.test(t);
    }
    return options.caseSensitive
      ? (t: string) => t.includes(p.literal)
      : (t: string) => low(t).includes(low(p.literal));
  });
  const text = (b: Uint8Array, s: number, e: number) => (b as Buffer).toString('utf8', s, e);
  return {
    size: patterns.length,
    matchesAny: (b, s, e) => tests.some((t) => t(text(b, s, e))),
    matchesAnyText: (x) => tests.some((t) => t(x)),
    collect(b, s, e, seen) {
      return this.collectText(text(b, s, e), seen);
    },
    collectText(x, seen) {
      let n = 0;
      tests.forEach((t, k) => {
        if (!seen[k] && t(x)) {
          seen[k] = 1;
          n++;
        }
      });
      return n;
    },
  };
}
