/** A run's parameters: what a job declares, what its functions get. */
import { FanfoldError } from './errors.ts';
import { PARAMS_BYTES_MAX } from './limits.ts';

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

/**
 * A run's parameters, checked against what the job declares, with defaults filled in. Text, as from a command line, is
 * converted to the declared type.
 *
 * @throws FANFOLD_PARAM_INVALID naming every parameter that is unknown, missing, of the wrong type or out of bounds
 */
export function resolveParams(specs: ParamSpecs, given: ParamRecord): ParamRecord {
  const wrong: string[] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(specs, name)) wrong.push(`there is no parameter ${name}${declared(specs)}`);
  }
  const values: { [name: string]: ParamValue } = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? spec.default;
    if (value === undefined) {
      wrong.push(`${name} is missing, and has no default`);
      continue;
    }
    const converted = convert(spec, value);
    if (converted === undefined) wrong.push(`${name} is ${JSON.stringify(value)}, and must be ${wanted(spec)}`);
    else values[name] = converted;
  }
  if (Buffer.byteLength(JSON.stringify(values)) > PARAMS_BYTES_MAX) {
    wrong.push(`together they take more than ${PARAMS_BYTES_MAX} bytes`);
  }
  if (wrong.length === 0) return values;
  throw new FanfoldError('FANFOLD_PARAM_INVALID', wrong.join('; '), {
    fix: 'Give them as --param name=value, or as `params` in a .run.json.',
  });
}

function declared(specs: ParamSpecs): string {
  const names = Object.keys(specs);
  return names.length === 0 ? ': the job has none' : `; the job has ${names.join(', ')}`;
}

/** The value in its declared type, or undefined. */
function convert(spec: ParamSpec, value: ParamValue): ParamValue | undefined {
  switch (spec.type) {
    case 'text':
      return String(value);
    case 'flag':
      if (value === true || value === 'true') return true;
      return value === false || value === 'false' ? false : undefined;
    case 'number':
      return convertNumber(spec, value);
  }
}

function convertNumber(spec: ParamSpec & { readonly type: 'number' }, value: ParamValue): number | undefined {
  const decimal = typeof value !== 'string' || /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
  if (!decimal || typeof value === 'boolean') return undefined;
  const number = Number(value);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, whole = false } = spec;
  if (!Number.isFinite(number) || number < min || number > max) return undefined;
  return whole && !Number.isSafeInteger(number) ? undefined : number;
}

function wanted(spec: ParamSpec): string {
  if (spec.type === 'text') return 'a text';
  if (spec.type === 'flag') return 'true or false';
  const bounds = [
    ...(spec.min === undefined ? [] : [`at least ${spec.min}`]),
    ...(spec.max === undefined ? [] : [`at most ${spec.max}`]),
  ];
  return [spec.whole ? 'a whole number' : 'a number', bounds.join(' and ')].filter((part) => part !== '').join(', ');
}
