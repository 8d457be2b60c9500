import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `.assay` of the checkout, from wherever it is called; of the current folder when Assay is an installed package. */
export function stateDirectory(currentDirectory: string): string {
  const checkout = fileURLToPath(new URL('../../../', import.meta.url));
  const home = checkout.includes(`${sep}node_modules${sep}`) ? `${currentDirectory}${sep}` : checkout;
  return `${home}.assay`;
}
