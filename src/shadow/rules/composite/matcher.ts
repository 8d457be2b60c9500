import type { Matcher } from '../matcher.ts';
import type { CompositeConfig } from '../rule-config.ts';

/** @param subRules in the order of `config.rules`; all of them run, whatever the others answer */
export function compileComposite(config: CompositeConfig, subRules: readonly Matcher[]): Matcher {
  const { op } = config;
  return (view, limited) => {
    const [first, ...others] = subRules.map((subRule) => subRule(view, limited));
    const matches = first!.slice(0, view.count);
    if (op === 'not') {
      for (let i = 0; i < matches.length; i++) matches[i]! ^= 1;
    }
    for (const other of others) {
      if (op === 'and') for (let i = 0; i < matches.length; i++) matches[i]! &= other[i]!;
      else for (let i = 0; i < matches.length; i++) matches[i]! |= other[i]!;
    }
    return matches;
  };
}
