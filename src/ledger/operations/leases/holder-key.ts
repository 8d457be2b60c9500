/** Names a holder within the ledger; neither part holds a slash (`instance` is checked where it comes in). */
export function holderKey({ owner, instance }: { owner: string; instance: string }): string {
  return `${owner}/${instance}`;
}
