import { AddressSet } from '../address/address-set.ts';
import { parseAddress } from '../address/parse-address.ts';
import { fieldValues } from '../field-values.ts';
import type { Matcher } from '../matcher.ts';
import type { IpListConfig } from '../rule-config.ts';

/** A sample matches when a value of the field is, as a whole, an address in one of the CIDRs. */
export function compileIpList(config: IpListConfig): Matcher {
  const addresses = new AddressSet(config.cidrs);
  const words = new Uint32Array(4);
  return (view) => {
    const matches = new Uint8Array(view.count);
    const { count, sample, start, end, bytes } = fieldValues(view, config.field, []);
    for (let v = 0; v < count; v++) {
      const family = parseAddress(bytes, start[v]!, end[v]!, words);
      if (family !== 0 && addresses.has(family, words)) matches[sample[v]!] = 1;
    }
    return matches;
  };
}
