import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { findEvaluation } from '../../../shadow/evaluations/find-evaluation.ts';
import type { EvaluationState } from '../../../shadow/evaluations/watch-evaluations.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { evalIdParams, requireEvaluation } from './require-evaluation.ts';
import { resultDocument } from './result-document.ts';

/** Proxies commonly close a connection that is silent for a minute. */
const heartbeatMs = 15_000;

const route = createRoute({
  method: 'get',
  path: '/shadow/results/{eval_id}/events',
  tags: ['Shadow'],
  summary: 'Follow an evaluation as server-sent events',
  description:
    'Events `progress`, then `completed` with the report or `failed` with the error, which ends the stream. Each is the ' +
    'state at its time, so after a reconnect with `Last-Event-ID` nothing that matters was missed; a reconnect after ' +
    'the last event is answered with 204, which stops an EventSource.',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: evalIdParams },
  responses: {
    200: { description: 'A stream of events.', content: { 'text/event-stream': { schema: z.string() } } },
    204: { description: 'The last event was already received.' },
  },
});

export function followShadowResult(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const evaluation = await requireEvaluation(deps, c.get('key'), c.req.valid('param').eval_id);
    const seen = c.req.header('last-event-id');
    if (isFinal(evaluation) && seen === eventId(evaluation)) return c.body(null, 204);
    const gone = new AbortController();
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => gone.abort());
      const ended = AbortSignal.any([gone.signal, deps.stopping]);
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), heartbeatMs);
      try {
        for await (const state of deps.evaluationWatch.states(evaluation.evalId, ended)) {
          if (eventId(state) !== seen) await send(deps, stream, evaluation.evalId, state);
        }
      } finally {
        clearInterval(heartbeat);
      }
    });
  });
}

const isFinal = (state: { status: string }) => state.status === 'completed' || state.status === 'failed';

/** Names a state: attempts and samples done only grow within an attempt. */
const eventId = (state: Pick<EvaluationState, 'status' | 'done' | 'attempts'>) =>
  isFinal(state) ? `${state.attempts}-${state.status}` : `${state.attempts}-${state.done}`;

async function send(
  deps: ApiDeps,
  stream: SSEStreamingApi,
  evalId: string,
  state: EvaluationState,
): Promise<void> {
  const evaluation = isFinal(state) ? await findEvaluation(deps.pool, evalId, null) : null;
  await stream.writeSSE({
    id: eventId(state),
    event: isFinal(state) ? state.status : 'progress',
    data: JSON.stringify(
      evaluation === null
        ? { eval_id: evalId, status: state.status, progress: { done: state.done, total: state.total } }
        : resultDocument(evaluation),
    ),
  });
}
