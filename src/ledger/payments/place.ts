/** Where a payment's token is sealed, and so where alone it opens (`audit/vault`). One subject: erasing it erases them all. */
export function tokenPlace(tenantId: string, paymentId: string) {
  return {
    tenantId,
    subject: 'payments',
    table: 'credits.payments',
    column: 'token_sealed',
    eventId: paymentId,
  } as const;
}
