/** Long enough for a UUID with a prefix or an address, short enough for an index key. */
const form = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

/**
 * Why a text cannot name a tenant, or null when it can. The text itself is never part of the answer: it may be a card
 * number, which must reach neither logs nor answers.
 */
export function tenantIdFault(text: string): string | null {
  if (!form.test(text)) {
    return 'must be 1 to 128 letters, digits or . _ : @ - and start with a letter or digit';
  }
  return looksLikeCardNumber(text) ? 'looks like a card number; use an identifier of your own' : null;
}

/** 13 to 19 digits, possibly grouped, that pass the Luhn check (ISO/IEC 7812-1, annex B). */
export function looksLikeCardNumber(text: string): boolean {
  const digits = text.replace(/[-.]/g, '');
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
