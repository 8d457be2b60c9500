import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { RenderRefusal } from '../../../ledger/engine/decide-batch.ts';
import type { Answer } from '../../../ledger/operation.ts';
import type { AppEnv } from '../../context.ts';
import { setAnswerHeader } from '../../middleware/answer-header.ts';
import { problemText } from '../../problem-text.ts';

const json = { 'content-type': 'application/json' };
const problem = { 'content-type': 'application/problem+json' };

/** The ledger's answer as it is: its text is what was stored with the key, and what every replay is sent. */
export function sendAnswer(c: Context<AppEnv>, { status, body, replayed }: Answer): Response {
  if (replayed) setAnswerHeader(c, 'Idempotent-Replayed', 'true');
  return c.body(body, status as ContentfulStatusCode, status < 400 ? json : problem);
}

/** A refusal of the ledger as the problem document that is stored and sent. */
export const renderRefusal: RenderRefusal = ({ status, code, detail, extra }, requestId) =>
  problemText({ status, code, message: detail, extra, errors: [] }, requestId);
