/** Sabotages of what certain tests are about, and not the simulation. */
export interface Tested {
  readonly tests: readonly string[];
  /** What makes the tests faster, and still long enough. */
  readonly env: { readonly [name: string]: string };
  /** Each text `from` stands once in its file. */
  readonly sabotages: readonly (readonly [what: string, file: string, from: string, to: string])[];
}
