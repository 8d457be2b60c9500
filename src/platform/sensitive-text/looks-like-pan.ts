import { findCardNumbers } from './find-card-numbers.ts';
import { passesLuhn } from './luhn.ts';

/**
 * Whether a text that is meant as a name (of a tenant, of a subject) looks like a card number, or holds one. Stricter than
 * masking: 13 to 19 digits that pass the check are refused whoever issued them, since whoever chooses a name can choose
 * another.
 */
export function looksLikePan(text: string): boolean {
  const digits = text.replace(/[-.]/g, '');
  return (/^\d{13,19}$/.test(digits) && passesLuhn(digits)) || findCardNumbers(text).length > 0;
}
