/** The lane of a tenant, always the same one in a process. FNV-1a, over UTF-16 units: names are short. */
export function laneOf(tenantId: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < tenantId.length; i++) {
    hash = Math.imul(hash ^ tenantId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
