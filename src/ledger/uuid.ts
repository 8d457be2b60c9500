const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower case only, as ids are made; callers' ids are lowered before they come here. */
export function isUuid(text: string): boolean {
  return form.test(text);
}
