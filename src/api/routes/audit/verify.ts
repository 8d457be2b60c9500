import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { parseVerifierKey } from '../../../audit/checkpoints/note-key.ts';
import { listVerifierKeys } from '../../../audit/checkpoints/verifier-keys.ts';
import { gatherTrusted } from '../../../audit/verify/gather-trusted.ts';
import { type Verdict, verifyLog } from '../../../audit/verify/verify-log.ts';
import { UnavailableError } from '../../../platform/errors.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireAnyScope } from '../../middleware/require-scope.ts';
import { assertRange, base64, count } from './query-fields.ts';

const verdictSchema = z
  .object({
    valid: z.boolean(),
    checked: z.int().min(0).describe('Entries that verified.'),
    first_bad_seq: z.int().nullable(),
    reason: z
      .string()
      .nullable()
      .describe(
        'edited, inserted, deleted, reordered, forked, truncated or re-signed, and what does not agree.',
      ),
    root: base64.nullable().describe('Computed over the entries up to `to`; null when something is wrong.'),
    size: z.int().min(0).describe('Entries in the log.'),
  })
  .openapi('AuditVerdict');

const route = createRoute({
  method: 'get',
  path: '/credits/audit/verify',
  tags: ['Audit'],
  summary: 'Verify the audit log',
  description:
    'Against itself, its stored tree, every published checkpoint, and what the witness saw where one is configured. For a ' +
    'verdict that does not take our word, export and use `assay-verify`.',
  middleware: [requireAnyScope(['audit:read', 'credits:read'])] as const,
  request: {
    query: z.strictObject({
      from: count('The first entry.').optional(),
      to: count('The entry after the last. Default: all.').optional(),
    }),
  },
  responses: {
    200: {
      description: 'The verdict, good or bad.',
      content: { 'application/json': { schema: verdictSchema } },
    },
  },
});

export function verifyAuditLog(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  let running = false;
  app.openapi(route, async (c) => {
    const range = c.req.valid('query');
    assertRange(range);
    // It takes a core for as long as the log is; two at once would take the other from those who spend.
    if (running)
      throw new UnavailableError('overloaded', 'the log is being verified already; ask again later');
    running = true;
    try {
      const verdict = await verify(deps, range, (unavailable) =>
        c.get('log').warn({ unavailable }, 'verified without some of those who saw the log'),
      );
      if (!verdict.valid) {
        deps.metrics.counter('credits_audit_chain_integrity_errors').inc();
        c.get('log').fatal({ finding: verdict.finding, size: verdict.size }, 'the audit log does not verify');
      }
      return c.json(answerOf(verdict), 200);
    } finally {
      running = false;
    }
  });
}

async function verify(
  { config, pool }: ApiDeps,
  range: { from?: number | undefined; to?: number | undefined },
  onUnavailable: (sources: string[]) => void,
): Promise<Verdict> {
  const noted = await listVerifierKeys(pool);
  const logKeys = noted.filter(({ role }) => role === 'log').map((key) => parseVerifierKey(key.verifier_key));
  const { auditOrigin: origin, auditWitnessKey, auditWitnessUrl } = config;
  const witness =
    auditWitnessKey === undefined || auditWitnessUrl === undefined
      ? undefined
      : { key: parseVerifierKey(auditWitnessKey), url: auditWitnessUrl };
  const path = config.auditCheckpointPath;
  const { trusted, unavailable } = await gatherTrusted({ pool, origin, logKeys, path, witness, fetch });
  if (unavailable.length > 0) onUnavailable(unavailable);
  return verifyLog(pool, { ...range, logKeys, trusted });
}

function answerOf({ valid, checked, finding, root, size }: Verdict): z.input<typeof verdictSchema> {
  return {
    valid,
    checked,
    first_bad_seq: finding?.seq ?? null,
    reason: finding === null ? null : `${finding.kind}: ${finding.detail}`,
    root: root?.toString('base64') ?? null,
    size,
  };
}
