import type { WordStream } from './word-stream.ts';

/** Layers of the ziggurat, and where its base layer ends (Marsaglia and Tsang 2000, for 128 layers). */
const layers = 128;
const tailStart = 3.442619855899;
const layerArea = 9.91256303526217e-3;

/** Right edge of each layer, the height of the density there, and the share of a layer that needs no further test. */
const edge = new Float64Array(layers + 1);
const height = new Float64Array(layers + 1);
const inside = new Float64Array(layers);
build();

function build(): void {
  const density = (x: number) => Math.exp(-0.5 * x * x);
  edge[0] = layerArea / density(tailStart);
  edge[1] = tailStart;
  for (let k = 2; k < layers; k++) {
    edge[k] = Math.sqrt(-2 * Math.log(layerArea / edge[k - 1]! + density(edge[k - 1]!)));
  }
  for (let k = 0; k <= layers; k++) height[k] = density(edge[k]!);
  for (let k = 0; k < layers; k++) inside[k] = edge[k + 1]! / edge[k]!;
}

/**
 * One draw of the standard normal distribution by the ziggurat method (Marsaglia and Tsang, Journal of Statistical
 * Software 5(8), 2000): in 98.8 % of draws one 32-bit word, a multiplication and a comparison. The seven bits that choose
 * the layer and the sign's one are not among those that make the value, which Doornik (2005) found the original to mix up.
 */
export function drawNormal(words: WordStream): number {
  for (;;) {
    const word = words.word();
    const layer = word & 127;
    // 24 bits: values are multiples of about 2e-7, which a sum or a cube of several soon hides.
    const u = ((word >>> 8) + 0.5) * 2 ** -24;
    const sign = (word & 128) === 0 ? 1 : -1;
    const x = u * edge[layer]!;
    if (u < inside[layer]!) return sign * x;
    if (layer === 0) return sign * drawTail(words);
    const upper = height[layer + 1]!;
    const lower = height[layer]!;
    if (lower + words.unit() * (upper - lower) < Math.exp(-0.5 * x * x)) return sign * x;
  }
}

/** Beyond the base layer (Marsaglia, Technometrics 6:101, 1964). */
function drawTail(words: WordStream): number {
  for (;;) {
    const x = -Math.log(words.unit()) / tailStart;
    const y = -Math.log(words.unit());
    if (2 * y > x * x) return tailStart + x;
  }
}
