import type { IncomingMessage, RequestListener } from 'node:http';
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

export function injectorListener(settings: InjectorSettings, metrics: InjectorMetrics): RequestListener {
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
        const response = answered(text, answer);
        if (response === undefined) {
          metrics.invalid();
          sendProblem(reply, 'invalid_request', 'expected an AdmissionReview of admission.k8s.io/v1');
          return;
        }
        const reviewOf = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
        sendJson(reply, 200, { ...reviewOf, response });
      },
      reviewBytesMax,
    );
  }
}

/**
 * Undefined for whatever is no review, or of an object that is not of its kind: the API server sends none such, but every pod
 * can reach this port, and must not be able to end the process.
 */
function answered(text: string, answer: (given: AdmissionRequest) => object): object | undefined {
  try {
    const { apiVersion, kind, request } = JSON.parse(text) as Record<string, unknown>;
    if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') return undefined;
    const { uid, kind: of } = request as AdmissionRequest;
    if (typeof uid !== 'string' || typeof of.kind !== 'string') return undefined;
    return answer(request as AdmissionRequest);
  } catch {
    return undefined;
  }
}
