import { sendProblem } from './answers.ts';
import { type AuthzHeaders, authorize, consume } from './consume.ts';
import type { Reply } from './reply.ts';
import { cancel, commit, reserve } from './reservations.ts';
import type { SidecarContext } from './sidecar-context.ts';

type Verb = (context: SidecarContext, given: Record<string, unknown>, reply: Reply) => void;

const posts = new Map<string, Verb>([
  ['/consume', consume],
  ['/reserve', reserve],
  ['/commit', commit],
  ['/cancel', cancel],
]);

/** Whether the target is of a verb whose body is a JSON object, to be sent by POST. */
export function isPost(target: string): boolean {
  return posts.has(target);
}

/** Any method: Envoy sends the caller's own. What follows the prefix is the caller's path. */
export function isAuthz(target: string): boolean {
  if (!target.startsWith('/authz')) return false;
  const next = target.charCodeAt(6);
  return target.length === 6 || next === 47 /* / */ || next === 63 /* ? */;
}

export function answerPost(context: SidecarContext, target: string, text: string, reply: Reply): void {
  const body = parse(text);
  if (body === undefined) sendProblem(reply, 'invalid_request', 'the body is not a JSON object');
  else posts.get(target)!(context, body, reply);
}

export function answerAuthz(
  context: SidecarContext,
  target: string,
  headers: AuthzHeaders,
  reply: Reply,
): void {
  authorize(context, headers, wants403(target) ? 403 : 402, reply);
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

function wants403(target: string): boolean {
  const query = target.indexOf('?');
  return query >= 0 && /[?&]deny=403(?:&|$)/.test(target.slice(query));
}
