import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,tests,bench,scripts}/**/*.test.ts'],
    // Processes, not threads: the product starts worker threads itself and handles signals.
    pool: 'forks',
    // One a core, where Vitest would leave a core out: many files wait for timers, processes and restarts of PostgreSQL.
    maxWorkers: availableParallelism(),
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: ['tests/support/leaks.ts'],
    // On two shared cores a start of PostgreSQL, API and worker takes seconds; a hang takes for ever.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/test-support/**'],
      reporter: ['text-summary', 'json-summary', 'html'],
    },
  },
});
