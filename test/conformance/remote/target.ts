/** What the suites run against: an emulator, or AWS. */

export interface Target {
  readonly name: string;
  /** Whether it runs functions. */
  readonly functions: boolean;
  /** A bucket that exists. @default one that is made for the tests */
  readonly bucket?: string;
  /** ARN of the role that functions get. @default one that an emulator takes unseen */
  readonly role?: string;
}

export const target: Target = JSON.parse(process.env['FANFOLD_CONFORMANCE_TARGET'] ?? '{}');

/** In every name that the tests make, so that two runs on one account do not meet. */
export const nonce = `${Date.now()}-${process.pid}`;
