/** A run's parameters: what a job declares, what its functions get. */

/** One declared parameter. Without a `default` every run must give it. */
export type ParamSpec =
  | { readonly type: 'text'; readonly default?: string }
  | { readonly type: 'flag'; readonly default?: boolean }
  | {
      readonly type: 'number';
      readonly default?: number;
      readonly min?: number;
      readonly max?: number;
      /** Refuses fractions. @default false */
      readonly whole?: boolean;
    };

export type ParamSpecs = { readonly [name: string]: ParamSpec };
export type ParamValue = string | boolean | number;
export type ParamRecord = { readonly [name: string]: ParamValue };

/** The type of the values that a job's functions see. */
export type ParamValues<S extends ParamSpecs> = {
  readonly [K in keyof S]: S[K]['type'] extends 'number' ? number : S[K]['type'] extends 'flag' ? boolean : string;
};
