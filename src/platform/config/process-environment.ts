/** The one place that reads the process's environment; main files pass it to `loadConfig`. */
export function processEnvironment(): Record<string, string | undefined> {
  return process.env;
}
