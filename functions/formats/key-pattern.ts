/**
 * Keys by pattern: `*` is any characters but `/`, `**` any at all, `**` and `/` together any folders or none, `?` one
 * character but `/`, `{a,b}` either. All else means itself; no name is hidden because it starts with a dot. A pattern
 * without `/` is about what comes after a key's last one.
 *
 * @returns undefined where braces do not match
 */
export function keyPattern(pattern: string): RegExp | undefined {
  let open = 0;
  let matched = true;
  const source = pattern.replaceAll(/\*\*\/|[*]+|[?{},$()+.[\\\]^|]/g, (special) => {
    if (special === '**/') return '(?:.*/)?';
    if (special.startsWith('**')) return '.*';
    if (special === '*') return '[^/]*';
    if (special === '?') return '[^/]';
    if (special === '{') {
      open += 1;
      return '(?:';
    }
    if (special === '}') {
      open -= 1;
      matched &&= open >= 0;
      return ')';
    }
    if (special === ',') return open > 0 ? '|' : ',';
    return `\\${special}`;
  });
  return matched && open === 0 ? new RegExp(`^${pattern.includes('/') ? '' : '(?:.*/)?'}${source}$`, 'su') : undefined;
}
