import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { sendProblem, sendWrongMethod } from './answers.ts';
import { authorize, consume } from './consume.ts';
import { drain } from './drain.ts';
import { bodyBytesMax, readBody } from './read-body.ts';
import { cancel, commit, reserve } from './reservations.ts';
import type { SidecarContext } from './sidecar-context.ts';
import { sendStatus } from './status.ts';

type Verb = (context: SidecarContext, given: Record<string, unknown>, response: ServerResponse) => void;

const posts = new Map<string, Verb>([
  ['/consume', consume],
  ['/reserve', reserve],
  ['/commit', commit],
  ['/cancel', cancel],
]);

/** All faces of the sidecar, on plain `node:http`. */
export function sidecarListener(context: SidecarContext): RequestListener {
  return (request, response) => {
    const { url = '/' } = request;
    const verb = posts.get(url);
    if (verb !== undefined) post(context, verb, request, response);
    else if (isAuthz(url)) {
      request.resume(); // a proxy may send the body along; it has no say
      authorize(context, request.headers, wants403(url) ? 403 : 402, response);
    } else {
      request.resume();
      const path = pathOf(url);
      if (path === '/drain') drain(context, request, response);
      else sendStatus(context, path, request, response);
    }
  };
}

/** `/healthz`, `/readyz` and `/metrics` alone, for those outside the pod. */
export function statusListener(context: SidecarContext): RequestListener {
  return (request, response) => {
    request.resume();
    sendStatus(context, pathOf(request.url ?? '/'), request, response);
  };
}

function post(context: SidecarContext, verb: Verb, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'POST') {
    request.resume();
    sendWrongMethod(response, 'POST');
    return;
  }
  readBody(request, (text) => {
    const body = text === null ? undefined : parse(text);
    if (text === null)
      sendProblem(response, 'body_too_large', `the body has more than ${bodyBytesMax} bytes`);
    else if (body === undefined) sendProblem(response, 'invalid_request', 'the body is not a JSON object');
    else verb(context, body, response);
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Any method: Envoy sends the caller's own. What follows the prefix is the caller's path. */
function isAuthz(url: string): boolean {
  if (!url.startsWith('/authz')) return false;
  const next = url.charCodeAt(6);
  return url.length === 6 || next === 47 /* / */ || next === 63 /* ? */;
}

function wants403(url: string): boolean {
  const query = url.indexOf('?');
  return query >= 0 && /[?&]deny=403(?:&|$)/.test(url.slice(query));
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
