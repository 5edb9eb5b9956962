/** What a bundle is made of, as esbuild tells. */
import type { BuildResult } from 'esbuild';

export interface BundleSize {
  /** Of the module, without its source map. */
  readonly bytes: number;
  /** fanfold's code and the jobs'. */
  readonly ownBytes: number;
  /** The AWS SDK with all it needs. */
  readonly sdkBytes: number;
  /** Packages that are neither, by name. */
  readonly others: { readonly [name: string]: number };
}

const SDK = /^@(aws-sdk|aws|smithy)\//;

export function bundleSize({ metafile }: BuildResult): BundleSize {
  const module = Object.entries(metafile?.outputs ?? {}).find(([path]) => path.endsWith('.mjs'))?.[1];
  if (module === undefined) throw new Error('the bundle has no module');
  const others: { [name: string]: number } = {};
  let [ownBytes, sdkBytes] = [0, 0];
  for (const [path, { bytesInOutput }] of Object.entries(module.inputs)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
    if (name === undefined) ownBytes += bytesInOutput;
    else if (SDK.test(name)) sdkBytes += bytesInOutput;
    else others[name] = (others[name] ?? 0) + bytesInOutput;
  }
  return { bytes: module.bytes, ownBytes, sdkBytes, others };
}
