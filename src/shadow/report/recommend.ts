import { adviseOnData } from './advise-on-data.ts';
import { adviseOnDeployment } from './advise-on-deployment.ts';
import { adviseOnFalsePositives } from './advise-on-false-positives.ts';
import { adviseOnMisses } from './advise-on-misses.ts';
import type { Findings } from './findings.ts';
import type { Recommendation } from './report.ts';

/** Advice with the figures it follows from; empty where nothing stands out. What limits the result comes first. */
export function recommend(findings: Findings): Recommendation[] {
  return [
    ...adviseOnData(findings),
    ...adviseOnMisses(findings),
    ...adviseOnFalsePositives(findings),
    ...adviseOnDeployment(findings),
  ];
}
