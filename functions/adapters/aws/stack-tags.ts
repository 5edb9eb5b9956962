/** Tags of the chunk queue: they name what belongs to a deployment, so that its stack's name is enough to find it. */
export const STACK_TAGS = {
  stack: 'fanfold:stack',
  construct: 'fanfold:construct',
  input: 'fanfold:input',
  results: 'fanfold:results',
} as const;
