/** The settings cannot be used; the message has one line per fault and no secrets. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    const count = faults.length === 1 ? 'One fault' : `${faults.length} faults`;
    super(
      `${count} in the configuration (see docs/reference/configuration.md):\n  - ${faults.join('\n  - ')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
