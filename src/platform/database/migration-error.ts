/** The migrator found something it must not guess about; nothing was changed by the step that raised it. */
export class MigrationRefusedError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'MigrationRefusedError';
  }
}
