import { configurationReference } from './configuration.ts';
import { errorsReference } from './errors.ts';
import { metricsReference } from './metrics.ts';

export interface Reference {
  /** From the root of the repository. */
  path: string;
  text: string;
}

/** The generated pages of docs/reference. */
export function references(): Reference[] {
  return [
    { path: 'docs/reference/configuration.md', text: configurationReference() },
    { path: 'docs/reference/errors.md', text: errorsReference() },
    { path: 'docs/reference/metrics.md', text: metricsReference() },
  ];
}
