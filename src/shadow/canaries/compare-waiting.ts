import { addBlock } from '../../stats/two-sample-e-process.ts';
import type { CanaryState } from './canary-state.ts';

/** What waits for the other arm longer than this many outcomes is no longer concurrent with it, and is dropped. */
const waitingMax = 10_000;

/**
 * Pairs what waits into blocks, one outcome of the rarer arm in each, and carries the comparison over them. The make-up
 * of blocks follows from how many outcomes wait and never from what they are, which is all the e-process asks for; so
 * any split is used well, and so is a batch that delivers all of one arm first.
 *
 * The given state is changed.
 */
export function compareWaiting(state: CanaryState): CanaryState {
  const { baseline, canary } = state.waiting;
  const blocks = Math.min(baseline.length, canary.length);
  const block =
    blocks === 0
      ? { a: 0, b: 0 }
      : { a: Math.floor(baseline.length / blocks), b: Math.floor(canary.length / blocks) };
  const settings = { block, designEffect: null };
  for (let k = 0; k < blocks; k++) {
    const errors = {
      a: onesIn(baseline, k * block.a, (k + 1) * block.a),
      b: onesIn(canary, k * block.b, (k + 1) * block.b),
    };
    state.ramp.moreErrors = addBlock(state.ramp.moreErrors, errors, settings);
    state.current.moreErrors = addBlock(state.current.moreErrors, errors, settings);
  }
  state.waiting = {
    baseline: baseline.slice(blocks * block.a).slice(-waitingMax),
    canary: canary.slice(blocks * block.b).slice(-waitingMax),
  };
  return state;
}

function onesIn(text: string, from: number, to: number): number {
  let ones = 0;
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === 49) ones++;
  return ones;
}
