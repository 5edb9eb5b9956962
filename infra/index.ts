/** `fanfold/cdk`: the construct, for stacks of your own. */
export { Fanfold } from './fanfold.ts';
export type { FanfoldProps } from './props.ts';
