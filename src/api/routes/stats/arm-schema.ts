import { z } from '@hono/zod-openapi';
import { shapeMin } from '../../../stats/beta-shape.ts';

/** The posteriors were tested up to shapes of 10⁷; one more order would be outside. */
const trialsMax = 5_000_000;

export const armSchema = z
  .strictObject({
    successes: z.number().int().min(0).max(trialsMax),
    trials: z.number().int().min(0).max(trialsMax),
  })
  .refine(({ successes, trials }) => successes <= trials, {
    path: ['successes'],
    error: 'more successes than trials',
  });

/** Beta prior of the rates; uniform by default. */
export const priorSchema = z
  .strictObject({
    alpha: z.number().min(shapeMin).max(1e6).default(1),
    beta: z.number().min(shapeMin).max(1e6).default(1),
  })
  .default({ alpha: 1, beta: 1 });
