import { injectorCatalogue } from '../../platform/metrics/injector-catalogue.ts';
import { exposition } from '../server/exposition.ts';
import { type SkipReason, skipReasons } from './why-skipped.ts';

/** What the injector counts. */
export class InjectorMetrics {
  readonly #results = new Map(
    ['injected', 'skipped', 'invalid', 'failed'].map((result) => [`result="${result}"`, 0]),
  );
  readonly #skips = new Map(Object.keys(skipReasons).map((reason) => [`reason="${reason}"`, 0]));
  readonly #reloads = new Map(['loaded', 'failed'].map((result) => [`result="${result}"`, 0]));

  reviewed(skipped: SkipReason | null): void {
    add(this.#results, `result="${skipped === null ? 'injected' : 'skipped'}"`);
    if (skipped !== null) add(this.#skips, `reason="${skipped}"`);
  }

  invalid(): void {
    add(this.#results, 'result="invalid"');
  }

  failed(): void {
    add(this.#results, 'result="failed"');
  }

  reloaded(result: 'loaded' | 'failed'): void {
    add(this.#reloads, `result="${result}"`);
  }

  text(): string {
    return exposition(injectorCatalogue, {
      injector_reviews_total: this.#results,
      injector_skips_total: this.#skips,
      injector_certificate_reloads_total: this.#reloads,
    });
  }
}

function add(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}
