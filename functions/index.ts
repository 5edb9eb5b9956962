/** What a job file may import: `import { … } from 'fanfold'`. */
export { sum } from './combiners/sum.ts';
export { defineJob } from './define-job.ts';
export { FanfoldError } from './errors.ts';
export type { Job, MapContext, ResultContext } from './job.ts';
