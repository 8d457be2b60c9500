/** The characters `whitespace` joins and `base64` trims: space, tab, CR, LF, FF, VT and U+00A0. */
export function isBlank(codeUnit: number): boolean {
  return codeUnit === 0x20 || (codeUnit >= 0x09 && codeUnit <= 0x0d) || codeUnit === 0xa0;
}

/** `text` without the blanks at its ends; `String.trim` would also take characters that are not blanks here. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
