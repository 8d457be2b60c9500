/** Says why a command that talks to the API failed. The messages are ours or the API's, so a stack would add nothing. */
export function reportClientFailure(command: string, error: unknown): 1 {
  process.stderr.write(`${command}: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}
