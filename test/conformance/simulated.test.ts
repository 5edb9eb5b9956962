import { clockConformance } from './clock.conformance.ts';
import { invokerConformance } from './invoker.conformance.ts';
import { queueConformance } from './queue.conformance.ts';
import { openSimulatedClock, openSimulatedInvoker, openSimulatedQueue } from './simulated.ts';

queueConformance('the queue of AWS over a simulated SQS', openSimulatedQueue);
invokerConformance('the invoker of AWS over a simulated Lambda', openSimulatedInvoker);
clockConformance('the clock of a simulation, beside its S3,', openSimulatedClock);
