import { readFileSync, writeFileSync } from 'node:fs';

/** @throws when the text does not stand exactly once: then the source has changed, and the sabotage must be looked at */
export function editOnce(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${path} has ${places} places that read: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
