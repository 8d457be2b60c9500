/**
 * Every `code` a problem document may carry, for docs/reference/errors.md and for the titles people read. A test looks
 * through the sources for codes that are missing here.
 */
export interface ErrorCode {
  status: number;
  title: string;
  /** What happened and what the caller can do. */
  meaning: string;
}

export const errorCodes = {
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    meaning:
      'Something sent is malformed, missing, unknown or out of bounds; `errors` says where. Correct it.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    meaning: 'No key, or one that is unknown or revoked. Send `Authorization: Bearer <key>`.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'The key lacks the scope that `detail` names. Use another, or have one made with that scope.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    meaning: 'There is no such path or object, or it belongs to another tenant.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, with the methods in `Allow`.',
  },
  name_taken: {
    status: 409,
    title: 'Name taken',
    meaning: 'The tenant has an object of this name already. Choose another.',
  },
  test_finished: {
    status: 409,
    title: 'Test finished',
    meaning: 'The A/B test has ended and takes no more observations; its result stands.',
  },
  not_conclusive: {
    status: 409,
    title: 'Not conclusive',
    meaning:
      'The evidence does not suffice to let the rule live; `errors` and `missing` say what is missing, with the numbers. ' +
      'Nothing was deployed.',
  },
  deployment_in_progress: {
    status: 409,
    title: 'Deployment in progress',
    meaning:
      'The rule is being rolled out by the deployment that `deployment_id` names. Wait for its end, or roll it back.',
  },
  already_active: {
    status: 409,
    title: 'Already active',
    meaning: 'This version of the rule is live already, by the deployment that `deployment_id` names.',
  },
  deployment_not_live: {
    status: 409,
    title: 'Deployment not live',
    meaning:
      'Another deployment took the place of this one, so there is nothing to roll back. Roll that one back.',
  },
  canary_finished: {
    status: 409,
    title: 'Canary finished',
    meaning: 'The rollout has ended, or the deployment was immediate; it takes no observations.',
  },
  insufficient_credits: {
    status: 402,
    title: 'Insufficient credits',
    meaning:
      'The tenant has fewer credits than asked for; `available` says how many. Top up, or ask for less.',
  },
  hold_already_committed: {
    status: 409,
    title: 'Reservation already committed',
    meaning: 'The reservation ended by a commit before. It ends once; nothing was changed.',
  },
  hold_already_cancelled: {
    status: 409,
    title: 'Reservation already cancelled',
    meaning: 'The reservation ended by a cancel before. It ends once; nothing was changed.',
  },
  amount_exceeds_hold: {
    status: 409,
    title: 'Amount exceeds reservation',
    meaning:
      'More was to be committed than is held; `held` says how much. Commit less; the reservation stands.',
  },
  stale_epoch: {
    status: 409,
    title: 'Stale epoch',
    meaning:
      'Another incarnation of the sidecar registered since. Register again; do not spend what was leased before.',
  },
  leased_elsewhere: {
    status: 409,
    title: 'Leased elsewhere',
    meaning:
      'Other sidecars hold the credits and were asked to return them. Ask again after `retry_after_ms`.',
  },
  lease_ended: {
    status: 409,
    title: 'Lease ended',
    meaning: 'The request was given a lease before, which has ended. Ask with a new `request_id`.',
  },
  lease_not_unresolved: {
    status: 409,
    title: 'Lease not unresolved',
    meaning: 'Only an unresolved lease can be resolved; `detail` says what it is.',
  },
  refund_exceeds_spend: {
    status: 409,
    title: 'Refund exceeds spend',
    meaning: 'More was to be refunded than is left of the spend; `refundable` says how much.',
  },
  hold_expired: {
    status: 410,
    title: 'Reservation expired',
    meaning: 'The reservation expired and its credits are back with the tenant. Reserve again.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    meaning: 'The key was used for another request within its retention. Use a new key for a new request.',
  },
  outcome_unknown: {
    status: 503,
    title: 'Outcome unknown',
    meaning:
      'The database went away while the request was being committed. Retry with the same idempotency key: it is applied once.',
  },
  already_finished: {
    status: 409,
    title: 'Already finished',
    meaning: 'The evaluation ended before it could be cancelled; its result stands.',
  },
  dataset_deleted: {
    status: 409,
    title: 'Dataset deleted',
    meaning:
      'The dataset was deleted while an upload to it was being sent; nothing was stored. Send it again.',
  },
  erased: {
    status: 410,
    title: 'Erased',
    meaning:
      'The data were erased by destroying the key they were encrypted under. They cannot be had again.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    meaning: 'The body is over its limit, or its gzip inflates beyond reason. Send less at a time.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The `Content-Type` or `Content-Encoding` is not one the path takes; `detail` names those.',
  },
  empty_selection: {
    status: 422,
    title: 'Empty selection',
    meaning: 'The data set, window and size select no samples, so there is nothing to measure.',
  },
  rate_limited: {
    status: 429,
    title: 'Rate limited',
    meaning: 'The key used up its tokens. Wait for `Retry-After` seconds.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'A fault of ours; the log has it under `request_id`.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    meaning:
      'Something needed, such as the database, does not answer. Nothing was changed; retry after `Retry-After`.',
  },
  encryption_not_configured: {
    status: 503,
    title: 'Encryption not configured',
    meaning:
      'A payment token was sent and the server has no key to encrypt it under, or not the right one; `detail` says what ' +
      'its operator has to set. Nothing was changed; without `payment_token` the request works.',
  },
  circuit_open: {
    status: 503,
    title: 'Circuit open',
    meaning: 'Something needed failed repeatedly and is left alone for a moment. Retry after `Retry-After`.',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    meaning: 'A bounded queue is full. Retry after `Retry-After`, more slowly.',
  },
} as const satisfies Record<string, ErrorCode>;

export function titleOf(code: string, status: number): string {
  const known: Record<string, ErrorCode> = errorCodes;
  return known[code]?.title ?? (status < 500 ? 'Request refused' : 'Request failed');
}
