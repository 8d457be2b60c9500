/** The address of a thread's entry point: TypeScript in the checkout, emitted JavaScript when built. */
export function threadFile(name: string): string {
  return new URL(import.meta.url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, import.meta.url).href;
}
