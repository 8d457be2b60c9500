import type { IncomingMessage, RequestListener } from 'node:http';
import type { Logger } from '../../platform/log/logger.ts';
import { sendJson, sendProblem, sendWrongMethod } from '../server/answers.ts';
import { expositionType } from '../server/exposition.ts';
import { readBody } from '../server/read-body.ts';
import { httpReply, type Reply } from '../server/reply.ts';
import type { InjectorMetrics } from './injector-metrics.ts';
import type { AdmissionRequest } from './kubernetes.ts';
import { type InjectorSettings, review } from './review.ts';

/** etcd takes objects of 1.5 MiB; a review holds two of them at most. */
const reviewBytesMax = 4 * 1_048_576;

/** Whether the API server has looked at the namespace's label: `/inject` serves pods that ask for themselves. */
export const injectPaths: ReadonlyMap<string, boolean> = new Map([
  ['/inject', false],
  ['/inject/namespace', true],
]);

export function injectorListener(
  settings: InjectorSettings,
  metrics: InjectorMetrics,
  log: Logger,
): RequestListener {
  return (request, response) => {
    const reply = httpReply(response);
    const [path = ''] = (request.url ?? '/').split('?'); // the API server adds ?timeout=10s
    const isNamespaceIn = injectPaths.get(path);
    if (isNamespaceIn !== undefined) {
      if (request.method === 'POST') admit(request, reply, (given) => reviewed(given, isNamespaceIn));
      else sendWrongMethod(reply, 'POST');
      return;
    }
    request.resume();
    if (path === '/healthz' || path === '/readyz') sendJson(reply, 200, { status: 'ok' });
    else if (path === '/metrics') reply.send(200, metrics.text(), expositionType);
    else sendProblem(reply, 'not_found', 'there is nothing at this path');
  };

  function reviewed(given: AdmissionRequest, isNamespaceIn: boolean) {
    const { response, skipped } = review(given, settings, isNamespaceIn);
    metrics.reviewed(skipped);
    return response;
  }

  function admit(request: IncomingMessage, reply: Reply, answer: (given: AdmissionRequest) => object): void {
    readBody(
      request,
      (text) => {
        if (text === null) {
          metrics.invalid();
          sendProblem(reply, 'body_too_large', `the review has more than ${reviewBytesMax} bytes`);
          return;
        }
        const given = readReview(text);
        if (given === null) {
          metrics.invalid();
          sendProblem(reply, 'invalid_request', 'expected an AdmissionReview of admission.k8s.io/v1');
          return;
        }
        const response = attempt(() => answer(given));
        if (response instanceof Error) {
          metrics.failed();
          log.error({ err: response, uid: given.uid, kind: given.kind.kind }, 'an object cannot be reviewed');
          sendProblem(reply, 'internal', `the object cannot be reviewed: ${response.message}`);
          return;
        }
        const reviewOf = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
        sendJson(reply, 200, { ...reviewOf, response });
      },
      reviewBytesMax,
    );
  }
}

/** @returns null for whatever is no review: the API server sends none such, but every pod can reach this port. */
function readReview(text: string): AdmissionRequest | null {
  const given = attempt(() => JSON.parse(text) as Record<string, unknown> | null);
  if (given instanceof Error || given?.apiVersion !== 'admission.k8s.io/v1') return null;
  const request = given.request as AdmissionRequest | null | undefined;
  const isReview = given.kind === 'AdmissionReview' && typeof request?.uid === 'string';
  return isReview && typeof request.kind?.kind === 'string' ? request : null;
}

/**
 * What is thrown is returned: an object that is not of its kind, which a pod may send, must not end the process. From the API
 * server it means a bug here, so it is counted by itself.
 */
function attempt<Result>(work: () => Result): Result | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}
