/** Longer than any name; what is longer is cut rather than spelled out in initials. */
const initialsMax = 5;

/**
 * A person's name as its initials: `Jane Doe` → `J.D.`, `Jean-Luc O’Neill` → `J.O.`, `李小龙` → `李.`. Nothing but blanks
 * gives `****`.
 */
export function maskName(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const initials = words.slice(0, initialsMax).flatMap((word) => {
    const first = word.match(/[\p{L}\p{N}]\p{M}*/u)?.[0];
    return first === undefined ? [] : [`${first.toUpperCase()}.`];
  });
  return initials.length === 0 ? '****' : initials.join('');
}
