/** Command lines: what was given, and everything that is wrong with it at once. */
import { parseArgs } from 'node:util';

/** What an option takes. */
type OptionKind = 'flag' | 'text' | 'number' | 'list';

export interface CommandShape {
  /** What each word that is no option stands for, in order: `[optional]`, and `repeated…` the last. */
  readonly words: readonly string[];
  readonly options: { readonly [name: string]: OptionKind };
}

export interface Arguments {
  readonly words: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** Undefined also when what was given is none, which `problems` tells. */
  number(name: string): number | undefined;
  list(name: string): readonly string[];
  /** Each as `what: what to do`. */
  readonly problems: readonly string[];
}

const WHOLE = /^\d+$/;

export function readArguments(argv: readonly string[], shape: CommandShape): Arguments {
  const types = Object.entries(shape.options).map(([name, kind]) => [
    name,
    { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
  ]);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(types),
    strict: false, // which would stop at the first mistake
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const given = new Map<string, string[]>();
  const problems: string[] = [];
  const bundles = new Set<number>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    if (!token.rawName.startsWith('--')) {
      bundles.add(token.index); // comes once for each letter
      continue;
    }
    const problem = optionProblem(token, shape, given.has(token.name));
    if (problem !== undefined) problems.push(problem);
    given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? '']);
  }
  return {
    words,
    flag: (name) => given.has(name),
    text: (name) => given.get(name)?.[0] || undefined,
    number: (name) => (WHOLE.test(given.get(name)?.[0] ?? '') ? Number(given.get(name)?.[0]) : undefined),
    list: (name) => given.get(name) ?? [],
    problems: [
      ...problems,
      ...bundles.values().map((at) => bundleProblem(argv[at] ?? '', shape)),
      ...wordProblems(words, shape),
    ],
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function optionProblem({ name, rawName, value, inlineValue }: OptionToken, shape: CommandShape, again: boolean) {
  const kind = Object.hasOwn(shape.options, name) ? shape.options[name] : undefined;
  if (kind === undefined) return `there is no option ${rawName}: use ${knownOptions(shape)}`;
  if (kind === 'flag') return inlineValue ? `${rawName} takes no value: write ${rawName} alone` : undefined;
  if (value === undefined || value === '') return `${rawName} has no value: write ${rawName}=VALUE`;
  if (!inlineValue && value.startsWith('-')) {
    return `${rawName} is followed by ${value}: if that is its value, write ${rawName}=${value}`;
  }
  if (kind !== 'list' && again) return `${rawName} was given twice: give it once`;
  if (kind === 'number' && !WHOLE.test(value)) return `${rawName} is ${value}: give a whole number`;
  return undefined;
}

/** No option has one letter: what begins with one dash is a file, as a rule. */
const bundleProblem = (given: string, shape: CommandShape) =>
  `there is no option ${given}: use ${knownOptions(shape)}; or if it is a file, write ./${given}, or put -- before it`;

const knownOptions = ({ options }: CommandShape) =>
  Object.keys(options)
    .map((option) => `--${option}`)
    .join(', ');

function wordProblems(words: readonly string[], { words: names }: CommandShape): string[] {
  const missing = names.slice(words.length).filter((name) => !name.startsWith('['));
  const repeats = names.at(-1)?.includes('…') ?? false;
  const extra = repeats ? [] : words.slice(names.length);
  return [
    ...missing.map((name) => `<${name.replace('…', '')}> is missing: give it`),
    ...extra.map((word) => `${word} is too much: leave it out`),
  ];
}
