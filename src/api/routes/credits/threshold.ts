import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { setThreshold } from '../../../ledger/alerts/set-threshold.ts';
import { webhookUrlLengthMax } from '../../../ledger/alerts/webhook-url.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { tenantField } from './operation-schema.ts';

const bodySchema = z
  .strictObject({
    ...tenantField,
    threshold: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .nullable()
      .describe('An alert is raised when less than this is available. 0 or null: no alerts.'),
    webhook_url: z
      .string()
      .min(1)
      .max(webhookUrlLengthMax)
      .nullable()
      .optional()
      .describe('https, to a public host. Left out: as it was; null: none.'),
  })
  .openapi('ThresholdRequest');

const answerSchema = z
  .object({
    success: z.literal(true),
    tenant_id: z.string(),
    threshold: z.int().nullable(),
    available: z.int().describe('Now; where it is below the threshold already, the next transfer alerts.'),
    webhook: z
      .object({
        webhook_id: z.string(),
        url: z.string(),
        secret: z
          .string()
          .optional()
          .describe('Signs the webhooks (Standard Webhooks). Shown once, when the URL is new.'),
      })
      .nullable(),
    message: z.string(),
  })
  .openapi('ThresholdSet');

const route = createRoute({
  method: 'post',
  path: '/credits/threshold',
  tags: ['Credits'],
  summary: 'Set a low-balance alert',
  description:
    'One alert each time the available balance falls below the threshold, as a log event, a metric and, where there is a ' +
    'webhook, a signed request to it (docs/how-to/alerts.md).',
  middleware: [requireScope('credits:write')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: {
      description: 'The alert as it is now.',
      content: { 'application/json': { schema: answerSchema } },
    },
  },
});

export function setCreditsThreshold(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const thresholdDeps = {
    pool: deps.pool,
    vault: deps.vault,
    allowedAddresses: deps.config.webhookAllowedAddresses,
  };
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const tenantId = resolveTenant(c.get('key'), body.tenant_id, 'body.tenant_id');
    const { threshold, available, webhook } = await setThreshold(thresholdDeps, {
      tenantId,
      // Nothing is ever less than 0, so a threshold of 0 is none.
      threshold: body.threshold === 0 ? null : body.threshold,
      webhookUrl: body.webhook_url,
    });
    c.get('log').info(
      { event: 'threshold_set', tenant_id: tenantId, threshold, webhook_id: webhook?.webhookId },
      'threshold set',
    );
    const message =
      threshold === null ? 'Alerts are off' : `An alert is raised below ${threshold} available credits`;
    const shown = webhook && {
      webhook_id: webhook.webhookId,
      url: webhook.url,
      ...(webhook.secret === null ? {} : { secret: webhook.secret }),
    };
    const answer = {
      success: true as const,
      tenant_id: tenantId,
      threshold,
      available,
      webhook: shown,
      message,
    };
    return c.json(answer, 200);
  });
}
