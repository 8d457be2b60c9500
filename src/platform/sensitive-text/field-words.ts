/** A longer name is prose. */
const nameLengthMax = 64;

/**
 * The words of a field's name, in lower case and joined by `_`, in whatever spelling they came: `orderId`, `order-id` and
 * `ORDER ID` are `order_id`. Empty for what is too long to be a name.
 */
export function fieldWords(name: string): string {
  if (name.length > nameLengthMax) return '';
  return name
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}
