import { type ClueColumn, type Clues, clueColumns } from './clues.ts';
import type { Example } from './examples.ts';
import type { Findings } from './findings.ts';
import { type Mark, markNames } from './marks.ts';
import { percent } from './percent.ts';
import type { Recommendation } from './report.ts';

const mistakesMin = 3;
/** A mark that most false positives hold, and hold this many times as often as benign requests that passed. */
const concentratedShare = 0.5;
const concentratedLift = 2;

const looks: Partial<Record<Mark, string>> = {
  quote: 'a single quote',
  markup: 'markup (<)',
  climb: '../',
  sqlWord: 'an SQL word (select, union, insert, drop)',
  shell: 'a shell separator (; | ` $()',
  comment: 'a comment (/*)',
};

/** What the false positives have in common. */
export function adviseOnFalsePositives({ tally }: Findings): Recommendation[] {
  return [...commonMark(tally.clues.falseAlarms, tally.clues.passed), ...commonPath(tally)];
}

function commonMark(alarms: Clues, passed: Clues): Recommendation[] {
  if (alarms.examined < mistakesMin) return [];
  let best: { column: ClueColumn; mark: Mark; share: number; passedShare: number; lift: number } | null =
    null;
  for (const column of clueColumns) {
    for (const mark of Object.keys(looks) as Mark[]) {
      const share = shareOf(alarms, column, mark);
      const passedShare = shareOf(passed, column, mark);
      // One in a thousand stands in for "never", so that a rare mark is not infinitely telling.
      const lift = share / Math.max(passedShare, 0.001);
      if (share < concentratedShare || lift < concentratedLift) continue;
      if (best === null || lift > best.lift) {
        best = { column, mark, share, passedShare, lift };
      }
    }
  }
  if (best === null) return [];
  return [
    {
      code: 'false_positives_share_a_mark',
      message:
        `${percent(best.share)} of ${alarms.examined} false positives examined hold ${looks[best.mark]} in ` +
        `${best.column}, against ${percent(best.passedShare)} of the benign requests that passed: ask for more than that before matching.`,
    },
  ];
}

function shareOf(clues: Clues, column: ClueColumn, mark: Mark): number {
  if (clues.examined === 0) return 0;
  return (
    clues.marks[clueColumns.indexOf(column) * markNames.length + markNames.indexOf(mark)]! / clues.examined
  );
}

function commonPath({ falsePositives, passed }: Findings['tally']): Recommendation[] {
  const counts = countPaths(falsePositives);
  const [path, count] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  const share = count / falsePositives.length;
  if (falsePositives.length < mistakesMin || share < concentratedShare) return [];
  const passedCount = countPaths(passed).get(path) ?? 0;
  if (share < concentratedLift * (passedCount / Math.max(1, passed.length))) return [];
  return [
    {
      code: 'false_positives_share_a_path',
      message:
        `${count} of the first ${falsePositives.length} false positives are requests to ${path}, against ` +
        `${passedCount} of the first ${passed.length} benign requests that passed: look at what that endpoint is sent.`,
    },
  ];
}

function countPaths(examples: readonly Example[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of examples) if (path !== null) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
