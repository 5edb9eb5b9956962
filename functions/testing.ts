/** `fanfold/testing`: runs of your jobs on a simulated AWS, for your own tests. */
export type { FaultKind } from './adapters/simulated/faults.ts';
export {
  FAULTS_OF_RUNS as FAULT_KINDS,
  type SimulatedRun,
  type SimulateOptions,
  simulate,
} from './adapters/simulated/simulate.ts';
export type { Manifest } from './core/manifest.ts';
