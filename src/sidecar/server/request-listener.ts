import type { IncomingMessage, RequestListener } from 'node:http';
import { sendProblem, sendWrongMethod } from './answers.ts';
import { drain } from './drain.ts';
import type { PlainHandler } from './plain-connections.ts';
import { bodyBytesMax, readBody } from './read-body.ts';
import { httpReply, type Reply } from './reply.ts';
import { answerAuthz, answerPost, isAuthz, isPost } from './routes.ts';
import type { SidecarContext } from './sidecar-context.ts';
import { sendStatus } from './status.ts';

/** All faces of the sidecar, on plain `node:http`. */
export function sidecarListener(context: SidecarContext): RequestListener {
  return (request, response) => {
    const { url = '/', method, headers } = request;
    const reply = httpReply(response);
    if (isPost(url)) {
      post(context, url, request, reply);
      return;
    }
    request.resume(); // a proxy may send the body along; it has no say
    const path = pathOf(url);
    if (isAuthz(url)) {
      const [tenantId, cost] = [headers['x-tenant-id'], headers['x-credit-cost']] as (string | undefined)[];
      answerAuthz(context, url, { tenantId, cost }, reply);
    } else if (path === '/drain') drain(context, request, response);
    else sendStatus(context, path, method, reply);
  };
}

/** The decisions among them, for requests that were read without `node:http`. */
export function plainHandler(context: SidecarContext): PlainHandler {
  return (request, bytes, reply) => {
    const { method, target, bodyAt } = request;
    if (method === 'POST' && isPost(target))
      answerPost(context, target, bytes.toString('utf8', bodyAt), reply);
    else if (isAuthz(target)) answerAuthz(context, target, request, reply);
    else return false;
    return true;
  };
}

/** `/healthz`, `/readyz` and `/metrics` alone, for those outside the pod. */
export function statusListener(context: SidecarContext): RequestListener {
  return (request, response) => {
    request.resume();
    sendStatus(context, pathOf(request.url ?? '/'), request.method, httpReply(response));
  };
}

function post(context: SidecarContext, path: string, request: IncomingMessage, reply: Reply): void {
  if (request.method !== 'POST') {
    request.resume();
    sendWrongMethod(reply, 'POST');
    return;
  }
  readBody(request, (text) => {
    if (text !== null) answerPost(context, path, text, reply);
    else sendProblem(reply, 'body_too_large', `the body has more than ${bodyBytesMax} bytes`);
  });
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
