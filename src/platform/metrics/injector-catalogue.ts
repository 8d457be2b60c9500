import type { MetricDefinition } from './catalogue.ts';

/** What `assay injector` exports. */
export const injectorCatalogue = {
  injector_reviews_total: {
    type: 'counter',
    help: 'Admission reviews, by result: injected, skipped, invalid (no review) or failed (its object could not be read).',
    labels: ['result'],
  },
  injector_skips_total: {
    type: 'counter',
    help: 'Pods left as they were, by reason.',
    labels: ['reason'],
  },
  injector_certificate_reloads_total: {
    type: 'counter',
    help: 'Changes of the certificate, by result: loaded or failed; after a failure the old one is used.',
    labels: ['result'],
  },
} satisfies Record<string, MetricDefinition>;
