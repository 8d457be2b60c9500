/** The shortest card numbers, of Maestro. */
export const CARD_DIGITS_MIN = 12;

const [NINE, ZERO, PERCENT, UNDERSCORE] = [0x39, 0x30, 0x25, 0x5f];

/**
 * Whether a text may hold a dozen digits in a row, with or without separators between them: false for nearly every
 * text, and then the careful search is not needed. Errs towards true, never towards false.
 *
 * A reference of 36 characters takes about 40 ns. A regular expression that says the same takes four times as long,
 * because it starts anew at every digit.
 */
export function mayHoldDigits(text: string): boolean {
  if (text.length < CARD_DIGITS_MIN) return false;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= ZERO && unit <= NINE) {
      if (++count === CARD_DIGITS_MIN) return true;
    } else if (unit > 0x7f) {
      // May be a digit of another script, or a separator.
      if (++count === CARD_DIGITS_MIN) return true;
    } else if (unit >= 0x40 && unit !== UNDERSCORE) {
      count = 0; // a letter ends the row; of what is no letter, any may separate
    } else if (unit > ZERO + 9 || (unit > 0x20 && unit < 0x2b && unit !== PERCENT)) {
      count = 0; // punctuation that separates nothing: :;<=>? and !"#$&'()*
    }
  }
  return false;
}
