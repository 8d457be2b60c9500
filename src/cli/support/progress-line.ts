/** What progress is written to: standard error, or a buffer in a test. */
export interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const barWidth = 28;
/** Redrawing more often than eyes follow only costs time. */
const redrawMs = 80;

/**
 * Shows how far something is: a bar that is redrawn on a terminal; elsewhere one line at the end, so that a log
 * holds no control characters.
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #now: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, label: string, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#label = label;
    this.#now = now;
  }

  update(done: number, total: number): void {
    const now = this.#now();
    if (!this.#terminal.isTTY || now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    this.#draw(`${this.#label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %`);
  }

  /** Replaces the bar by what came of it. */
  finish(summary: string): void {
    if (this.#terminal.isTTY) this.#draw('');
    this.#terminal.write(`${this.#label} ${summary}\n`);
  }

  #draw(text: string): void {
    // Cut to the width: a line that wraps cannot be drawn over.
    this.#terminal.write(`\r\x1b[2K${text.slice(0, (this.#terminal.columns ?? 80) - 1)}`);
  }
}
