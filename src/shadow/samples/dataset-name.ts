import { InvalidRequestError } from '../../platform/errors.ts';
import { identifierFault } from '../../platform/sensitive-text/identifier-fault.ts';

export const defaultDatasetName = 'default';

/**
 * Letters, digits and `. _ : @ -` after a first letter or digit: safe in a URL, a log line and a shell. 128 is
 * longer than any name a person types and keeps the unique index small.
 */
export const datasetNamePattern = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

/** The name itself, or a 400 that says what is allowed. */
export function checkDatasetName(name: string, location = 'query.dataset'): string {
  const fault = identifierFault(name);
  if (datasetNamePattern.test(name) && fault === null) return name;
  const message =
    fault === null
      ? `dataset name ${JSON.stringify(name.slice(0, 60))} is not allowed: expected 1 to 128 letters, digits ` +
        'or . _ : @ - and a letter or digit first'
      : `the dataset name ${fault}`;
  throw new InvalidRequestError(message, { errors: [{ location, message }] });
}
