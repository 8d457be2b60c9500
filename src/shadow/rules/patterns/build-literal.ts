/** A literal is a run of units; unless case counts, A–Z and a–z match each other and nothing else does. */
import { type CharSet, single } from './char-set.ts';
import { sequence } from './fragment.ts';
import type { Fragment, PositionBuilder } from './position-builder.ts';

export function buildLiteral(builder: PositionBuilder, text: string, caseSensitive: boolean): Fragment {
  builder.blame = { construct: `literal of ${text.length} characters`, offset: 0 };
  builder.reserve(text.length);
  const units: Fragment[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    units.push(builder.unit(caseSensitive ? single(unit) : bothCases(unit)));
  }
  return sequence(builder, units);
}

function bothCases(unit: number): CharSet {
  const lower = unit | 0x20;
  if (lower < 0x61 || lower > 0x7a || unit > 0x7a) return single(unit);
  const upper = lower - 0x20;
  return [upper, upper, lower, lower];
}
