import { readFileSync } from 'node:fs';

const cache = new Map<string, string>();

/**
 * Reads one SQL statement from the file beside the module that runs it; each file is read once a process.
 *
 * @example
 * const { rows } = await pool.query(sql(import.meta.url, './sql/find-dataset.sql'), [tenantId, name]);
 */
export function sql(moduleUrl: string, relativePath: string): string {
  const url = new URL(relativePath, moduleUrl);
  const known = cache.get(url.href);
  if (known !== undefined) return known;
  const text = readFileSync(url, 'utf8');
  cache.set(url.href, text);
  return text;
}
