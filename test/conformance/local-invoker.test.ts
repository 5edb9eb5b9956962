import { invokerConformance } from './invoker.conformance.ts';
import { openLocalInvoker } from './local.ts';

invokerConformance('the invoker of a laptop', openLocalInvoker);
