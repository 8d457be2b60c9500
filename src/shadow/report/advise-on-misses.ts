import { type Clues, clueColumns } from './clues.ts';
import type { Findings } from './findings.ts';
import { type Mark, markNames } from './marks.ts';
import { percent } from './percent.ts';
import type { Recommendation } from './report.ts';
import type { RuleTraits } from './rule-traits.ts';

/** A type counts as poorly detected when even the upper bound of its recall stays below this. */
const poorRecall = 0.7;
const typesNamedMax = 3;
/** A mark has to stand in this share of the misses examined, and in this many, to be called their likely cause. */
const causeShare = 0.1;
const causeCountMin = 3;

interface Disguise {
  mark: Mark;
  looks: string;
  /** Whether the rule already sees through it. */
  handled: (traits: RuleTraits) => boolean;
  remedy: string;
}

const decodes = (step: Parameters<RuleTraits['decodes']['has']>[0]) => (traits: RuleTraits) =>
  traits.decodes.has(step);

/** In the order in which they are worth trying. */
const disguises: readonly Disguise[] = [
  { mark: 'percent', looks: 'URL encoding (%XX)', handled: decodes('url'), remedy: 'decode "url"' },
  {
    mark: 'doublePercent',
    looks: 'double URL encoding (%25XX)',
    handled: () => false,
    remedy: 'decode "url" twice',
  },
  { mark: 'entity', looks: 'HTML entities', handled: decodes('html'), remedy: 'decode "html"' },
  { mark: 'base64', looks: 'what looks like base64', handled: decodes('base64'), remedy: 'decode "base64"' },
  { mark: 'comment', looks: 'comments (/*)', handled: decodes('comments'), remedy: 'decode "comments"' },
  {
    mark: 'blankRun',
    looks: 'tabs, line ends or runs of blanks',
    handled: decodes('whitespace'),
    remedy: 'decode "whitespace"',
  },
  {
    mark: 'upperCase',
    looks: 'upper-case letters',
    handled: (traits) => !traits.caseSensitive || traits.decodes.has('lowercase'),
    remedy: 'drop case_sensitive',
  },
];

/** Why attacks were missed, as far as the missed ones show. */
export function adviseOnMisses(findings: Findings): Recommendation[] {
  const { tally, traits } = findings;
  const advice = adviseOnTypes(findings);
  const { missed } = tally.clues;
  if (!traits.hasSignature || missed.examined === 0) return advice;
  const unseen = countUnseen(missed, traits);
  if (unseen >= threshold(missed)) {
    advice.push({
      code: 'fields_not_read',
      message:
        `${of(unseen, missed)} have no value in ${[...traits.fields].join(', ')}, all that the rule's signatures ` +
        'read: add the fields that carry them.',
    });
  }
  const column = clueColumns.find((name) => traits.fields.has(name));
  if (column === undefined) return advice;
  for (const { mark, looks, handled, remedy } of disguises) {
    const count = missed.marks[clueColumns.indexOf(column) * markNames.length + markNames.indexOf(mark)]!;
    if (handled(traits) || count < threshold(missed)) continue;
    advice.push({
      code: mark === 'upperCase' ? 'case_sensitive' : 'decode_missing',
      message: `${of(count, missed)} hold ${looks} in ${column}, which the rule does not undo: try ${remedy}.`,
    });
  }
  return advice;
}

function adviseOnTypes({ report }: Findings): Recommendation[] {
  const poor = Object.entries(report.by_attack_type)
    .filter(([, { interval }]) => interval !== null && interval[1] < poorRecall)
    .sort(([, a], [, b]) => b.total - b.detected - (a.total - a.detected));
  // With one type only, its recall is the recall, and says nothing new.
  if (poor.length === 0 || Object.keys(report.by_attack_type).length < 2) return [];
  const named = poor
    .slice(0, typesNamedMax)
    .map(([type, { detected, total, recall }]) => `${type} (${detected} of ${total}, ${percent(recall)})`);
  const more = poor.length > typesNamedMax ? ` and ${poor.length - typesNamedMax} more` : '';
  return [
    {
      code: 'low_recall_for_type',
      message: `Attacks of some types are missed: ${named.join(', ')}${more}. Add patterns for them.`,
    },
  ];
}

/** Misses without a value in any field the signatures read; 0 where they read fields that clues do not cover. */
function countUnseen(missed: Clues, traits: RuleTraits): number {
  const covered: readonly string[] = clueColumns;
  if ([...traits.fields].some((field) => !covered.includes(field))) return 0;
  const read = clueColumns.reduce((bits, name, c) => bits | (traits.fields.has(name) ? 1 << c : 0), 0);
  return missed.present.reduce((sum, count, presence) => sum + ((presence & read) === 0 ? count : 0), 0);
}

function threshold(clues: Clues): number {
  return Math.max(causeCountMin, causeShare * clues.examined);
}

function of(count: number, missed: Clues): string {
  return `${count} of ${missed.examined} missed attacks examined`;
}
