/** Paths that need no key. Everything else does, whether its route thought of it or not. */
const publicPaths = new Set(['/health', '/ready', '/metrics', '/openapi.json', '/docs', '/audit/checkpoint']);

export function isPublic(path: string): boolean {
  return publicPaths.has(path) || path.startsWith('/docs/');
}
