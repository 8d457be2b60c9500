import { InvalidRequestError } from '../../platform/errors.ts';
import { looksLikePan } from '../../platform/sensitive-text/looks-like-pan.ts';

export const defaultDatasetName = 'default';

/**
 * Letters, digits and `. _ : @ -` after a first letter or digit: safe in a URL, a log line and a shell. 128 is
 * longer than any name a person types and keeps the unique index small.
 */
export const datasetNamePattern = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

/** The name itself, or a 400 that says what is allowed. */
export function checkDatasetName(name: string, location = 'query.dataset'): string {
  if (datasetNamePattern.test(name) && !looksLikePan(name)) return name;
  const message = looksLikePan(name)
    ? 'the dataset name looks like a card number; use a name of your own'
    : `dataset name ${JSON.stringify(name.slice(0, 60))} is not allowed: expected 1 to 128 letters, digits ` +
      'or . _ : @ - and a letter or digit first';
  throw new InvalidRequestError(message, { errors: [{ location, message }] });
}
