/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021;
 * https://prng.di.unimi.it/xoshiro128starstar.c). Chosen because it needs 32-bit arithmetic only, which V8 keeps in
 * registers, and passes BigCrush. For simulation and generated data, never for keys.
 */
export class Xoshiro128 {
  readonly #s: Uint32Array;

  private constructor(state: Uint32Array) {
    this.#s = state;
  }

  /** @param seed any finite number; its integer part modulo 2⁵³ decides the whole sequence. */
  static fromSeed(seed: number): Xoshiro128 {
    const integer = Math.abs(Math.trunc(seed));
    // splitmix32 spreads the seed, as the authors advise: neighbouring seeds give unrelated sequences.
    let mixed = (integer ^ Math.imul(Math.floor(integer / 2 ** 32), 0x9e3779b9)) >>> 0;
    const state = new Uint32Array(4);
    for (let k = 0; k < 4; k++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      state[k] = z ^ (z >>> 15);
    }
    return new Xoshiro128(state);
  }

  /** Resumes from a `state`; the state of all zeros is the one that is not allowed. */
  static fromState(state: readonly number[]): Xoshiro128 {
    const words = Uint32Array.from(state);
    if (words.length !== 4 || words.every((word) => word === 0)) {
      throw new RangeError('the state of xoshiro128** is four 32-bit words, not all of them zero');
    }
    return new Xoshiro128(words);
  }

  /** Four 32-bit words; `fromState` continues exactly here. */
  get state(): [number, number, number, number] {
    const s = this.#s;
    return [s[0]!, s[1]!, s[2]!, s[3]!];
  }

  /** Uniform on 0 … 2³² − 1. */
  uint32(): number {
    const s = this.#s;
    const s1 = s[1]!;
    const five = Math.imul(s1, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= s1 << 9;
    const s3 = s[3]!;
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** The next words of the sequence; several times as fast as one at a time, since the state stays in registers. */
  fill(words: Uint32Array): void {
    const s = this.#s;
    let s0 = s[0]! | 0;
    let s1 = s[1]! | 0;
    let s2 = s[2]! | 0;
    let s3 = s[3]! | 0;
    for (let k = 0; k < words.length; k++) {
      const product = Math.imul(s1, 5);
      words[k] = Math.imul((product << 7) | (product >>> 25), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
    }
    s[0] = s0;
    s[1] = s1;
    s[2] = s2;
    s[3] = s3;
  }

  /** Uniform on [0, 1) with 53 random bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** Uniform on 0 … n − 1, for an integer n of at most 2³²; without the bias of a plain remainder. */
  below(n: number): number {
    const unbiased = 2 ** 32 - (2 ** 32 % n);
    let x = this.uint32();
    while (x >= unbiased) x = this.uint32();
    return x % n;
  }
}
