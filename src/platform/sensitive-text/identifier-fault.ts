import { findSecrets } from './find-secrets.ts';
import { looksLikePan } from './looks-like-pan.ts';

/** `pm_` and `card_` begin words too (`card_testing_v2`); the ids of providers go on without a break. */
const wordLike = /^(?:pm|card)_(?![0-9a-z]{14})/i;

/**
 * Why a text cannot be an identifier, or null when it can. What names something is stored, logged and shown as it is, and a
 * masked identifier would name something else. The text itself is never part of the answer.
 */
export function identifierFault(text: string): string | null {
  if (looksLikePan(text)) return 'looks like a card number; use an identifier of your own';
  const isSecret = findSecrets(text).some(({ start, end }) => !wordLike.test(text.slice(start, end)));
  return isSecret ? 'looks like a token or a key; use an identifier of your own' : null;
}
