/** What is compared in `assay demo`: a rule as someone may run it today, and three proposals. */
export interface DemoRule {
  id: string;
  name: string;
  config: object;
}

export const baselineRule: DemoRule = {
  id: 'demo-baseline',
  name: 'baseline (a few literals)',
  config: { type: 'signature', patterns: ['union select', 'or 1=1', '<script', '../..'] },
};

export const demoRules: readonly DemoRule[] = [
  {
    id: 'demo-single-pattern',
    name: 'one literal',
    config: { type: 'signature', pattern: "' OR '1'='1" },
  },
  {
    id: 'demo-careless',
    name: 'careless (quote, <, --)',
    config: { type: 'signature', patterns: ["'", '<', '--', ';', '..'], decode: ['url'] },
  },
  {
    id: 'demo-careful',
    name: 'careful (context, decoded)',
    config: {
      type: 'signature',
      fields: ['payload', 'uri', 'user_agent', 'headers.*'],
      decode: ['url', 'url', 'html', 'base64', 'comments', 'whitespace', 'lowercase'],
      patterns: [
        { regex: 'union (all )?select\\b' },
        { regex: '[\'")] ?(or|and|having|rlike)\\b ?[\'"(]?[\\w ]+[\'")]?[ ]?(=|like|<|>|is)' },
        { regex: '\\b(or|and) \\(?\\d+\\)? ?= ?\\(?\\d+\\)?($| ?--| ?#|[)\'"])' },
        { regex: "'[ )]*;? ?(--|#)|['\\d] ?; ?(drop|exec|insert|update|delete|declare|select)\\b" },
        {
          regex:
            '\\b(sleep|pg_sleep|benchmark|extractvalue|updatexml|load_file|xp_cmdshell|waitfor delay)\\b ?[(\'"]',
        },
        {
          regex:
            '\\bselect\\b.{1,60}\\bfrom\\b.{1,40}(--|#|\\)|\\bwhere\\b.{1,30}\\b(rownum|1=1)|information_schema|sysibm|dual)',
        },
        { regex: '\\border by \\d+ ?(--|#)' },
        {
          regex:
            '<(script|iframe|svg|object|embed|applet|meta|base)\\b[^>]{0,80}(>[^<]{0,40}[(/]|\\bsrc|on\\w+ ?=)',
        },
        { regex: '<\\w+[^>]{0,80}[ /\'"]on\\w{3,20} ?=' },
        {
          regex:
            '(javascript|vbscript|data) ?: ?(text/html|[a-z.]{2,30}[(=])|document\\.(cookie|location)|\\balert ?[(`]',
        },
        { regex: '(\\.\\.[/\\\\]){2,}|/etc/(passwd|shadow|hosts)|/proc/self|win\\.ini|file:///' },
        { regex: '([;|`]|&&|\\$\\() ?(cat|id|ls|nc|curl|wget|rm|ping|sleep|bash|sh|whoami|uname)\\b[ ;|/-]' },
        { literal: 'jndi:' },
        { literal: '() { :;}' },
      ],
    },
  },
];
