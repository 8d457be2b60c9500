/**
 * Code points as UTF-16: with `u` a class matches whole pairs, and halves only when they stand alone.
 * Nothing keeps an *empty* match from lying between the halves of a pair: by the letter of the
 * specification it may not, V8 finds it all the same (/\B/u in 'a😀a'), and we answer as V8 does.
 */
import { type CharSet, fromRanges, lastUnit, rangesOf, union, within } from './char-set.ts';
import { notAfterLead, notBeforeTrail } from './context.ts';
import { alternatives, sequence } from './fragment.ts';
import type { Fragment, PositionBuilder } from './position-builder.ts';

const leadLow = 0xd800;
const trailLow = 0xdc00;
const trailHigh = 0xdfff;

export function codePoints(builder: PositionBuilder, set: CharSet): Fragment {
  const whole = union(within(set, 0, leadLow - 1), within(set, trailHigh + 1, lastUnit));
  const loneLeads = within(set, leadLow, trailLow - 1);
  const loneTrails = within(set, trailLow, trailHigh);
  const parts: Fragment[] = [];
  if (whole.length > 0) parts.push(builder.unit(whole));
  if (loneLeads.length > 0) {
    parts.push(sequence(builder, [builder.unit(loneLeads), builder.empty(notBeforeTrail)]));
  }
  if (loneTrails.length > 0) {
    parts.push(sequence(builder, [builder.empty(notAfterLead), builder.unit(loneTrails)]));
  }
  for (const [leads, trails] of pairs(within(set, lastUnit + 1, 0x10ffff))) {
    parts.push(sequence(builder, [builder.unit(leads), builder.unit(trails)]));
  }
  return parts.length === 0 ? builder.unit([]) : alternatives(parts);
}

/** Leads with the same trails share a pair: `[^x]` needs one, `\p{L}` some 60 rather than 200. */
function pairs(astral: CharSet): Iterable<[CharSet, CharSet]> {
  const trailsOfLead = new Map<number, [number, number][]>();
  for (const [low, high] of rangesOf(astral)) {
    const last = leadOf(high);
    for (let lead = leadOf(low); lead <= last; lead++) {
      const from = lead === leadOf(low) ? trailOf(low) : trailLow;
      const to = lead === last ? trailOf(high) : trailHigh;
      const trails = trailsOfLead.get(lead);
      if (trails === undefined) trailsOfLead.set(lead, [[from, to]]);
      else trails.push([from, to]);
    }
  }
  const leadsOfTrails = new Map<string, { leads: [number, number][]; trails: CharSet }>();
  for (const [lead, ranges] of trailsOfLead) {
    const trails = fromRanges(ranges);
    const known = leadsOfTrails.get(trails.join());
    if (known === undefined) leadsOfTrails.set(trails.join(), { leads: [[lead, lead]], trails });
    else known.leads.push([lead, lead]);
  }
  return [...leadsOfTrails.values()].map(({ leads, trails }) => [fromRanges(leads), trails]);
}

function leadOf(codePoint: number): number {
  return leadLow + ((codePoint - 0x10000) >> 10);
}

function trailOf(codePoint: number): number {
  return trailLow + ((codePoint - 0x10000) & 0x3ff);
}
