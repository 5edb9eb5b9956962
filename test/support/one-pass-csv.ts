/** CSV by the letter of RFC 4180, in one pass over a whole text: recursive descent with indexOf, no automaton, no ranges. */

export interface Row {
  /** Where the record starts, and its length without its line end. A character is a byte. */
  readonly at: number;
  readonly bytes: number;
  readonly fields: readonly string[];
  /** What is wrong with its quotes, and where. */
  readonly fault: string | undefined;
}

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
}

/** All records of `s`, a character a byte. */
export function onePassCsv(s: string, { delimiter, quote }: Dialect = { delimiter: ',', quote: '"' }): Row[] {
  const rows: Row[] = [];
  const nearest = (...at: number[]) => Math.min(...at.filter((x) => x >= 0));
  const fieldEnd = (from: number) => nearest(s.length, s.indexOf(delimiter, from), s.indexOf('\n', from));
  for (let p = s.startsWith('\xef\xbb\xbf') ? 3 : 0; p < s.length; ) {
    const at = p;
    const fields: string[] = [];
    let fault: string | undefined;
    let end = s.length;
    for (let done = false; !done; ) {
      let text = '';
      let stop: number;
      if (s[p] === quote) {
        let q = p + 1;
        for (;;) {
          const c = s.indexOf(quote, q);
          if (c < 0) {
            fault ??= `unclosed quote at byte ${p}`;
            q = s.length;
            break;
          }
          text += s.slice(q, c);
          q = s[c + 1] === quote ? c + 2 : c + 1;
          if (s[c + 1] !== quote) break;
          text += quote;
        }
        stop = fieldEnd(q);
        const tail = s.slice(q, stop);
        if (tail !== '' && !(tail === '\r' && s[stop] === '\n')) fault ??= `text after a closing quote at byte ${q}`;
      } else {
        stop = fieldEnd(p);
        text = s.slice(p, stop);
        if (text.includes(quote)) fault ??= `quote inside an unquoted field at byte ${p + text.indexOf(quote)}`;
        if (s[stop] === '\n') text = text.replace(/\r$/, '');
      }
      fields.push(text);
      done = s[stop] !== delimiter;
      if (s[stop] === '\n') end = stop > at && s[stop - 1] === '\r' ? stop - 1 : stop;
      p = Math.min(stop + 1, s.length);
    }
    rows.push({ at, bytes: end - at, fields, fault });
  }
  return rows;
}
