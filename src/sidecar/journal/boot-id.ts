import { readFileSync } from 'node:fs';

/**
 * The kernel's name for this boot: what was in the page cache before another one may be lost.
 *
 * @throws where there is none (not Linux); a fixed one would make a journal trusted that must not be.
 */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
