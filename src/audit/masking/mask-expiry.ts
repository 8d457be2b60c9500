/**
 * A card's expiry date as its month: `12/2027`, `12/27`, `1227`, `2027-12` → `12/****`; a single digit gets its zero.
 * What names no month gives `**` + `/****`.
 */
export function maskExpiry(expiry: string): string {
  const text = expiry.trim();
  const month =
    /^(\d{1,2})(?: ?[/.-] ?| )\d{2,4}$/.exec(text)?.[1] ??
    /^\d{4}[/.\s-](\d{1,2})(?:\D|$)/.exec(text)?.[1] ??
    /^(\d{2})\d{2}(?:\d{2})?$/.exec(text)?.[1] ??
    /^(\d{1,2})\/\*+$/.exec(text)?.[1]; // masked already
  const number = Number(month);
  return number >= 1 && number <= 12 ? `${String(number).padStart(2, '0')}/****` : '**/****';
}
