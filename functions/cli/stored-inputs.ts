/** Inputs that are in S3 already, as a `.run.json` names them. */

export interface StoredInputs {
  /** Nothing is to be uploaded. */
  readonly paths: readonly [];
  readonly document: { readonly objects: readonly string[]; readonly prefixes: readonly string[] };
  readonly problems: readonly string[];
}

const URI = /^s3:\/\/[^/]+(?:\/(.*))?$/s;

/** Undefined if all arguments are files. Objects come first in the run, then prefixes, each in the order given. */
export function storedInputs(given: readonly string[]): StoredInputs | undefined {
  const uris = given.filter(isStored);
  if (uris.length === 0) return undefined;
  const problems: string[] = [];
  if (uris.length < given.length) {
    problems.push(
      'files and s3:// are one run together only if the files are in S3, too: upload them, or submit two runs',
    );
  }
  const objects: string[] = [];
  const prefixes: string[] = [];
  for (const uri of uris) {
    const found = URI.exec(uri);
    const key = found?.[1];
    const prefix = uri.replace(/\*$/, '');
    if (found === null) problems.push(`${uri} names no bucket: write s3://bucket/key`);
    else if (prefix.includes('*'))
      problems.push(`${uri}: a * may stand at the end only, for all that begins like this`);
    else if (key === undefined) prefixes.push(`${uri}/`);
    else if (prefix !== uri || key === '' || key.endsWith('/')) prefixes.push(prefix);
    else objects.push(uri);
  }
  return { paths: [], document: { objects, prefixes }, problems };
}

const isStored = (path: string) => /^s3:/i.test(path);
