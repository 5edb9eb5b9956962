import type { Log } from '../../ports/services.ts';

/** One line of JSON an event, for CloudWatch Logs Insights. `console` would add a prefix that is not JSON. */
export const jsonLog: Log = (event, details) => {
  const line = { time: new Date().toISOString(), event, request: requestId(), ...details };
  process.stdout.write(`${JSON.stringify(line, plain)}\n`);
};

/** What JSON cannot say: errors as their stack, big integers as text. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? (value.stack ?? value.message) : value;
}

/** Of the trace that Lambda sets for each invocation: it leads from a line to the others of the same request. */
const requestId = () => process.env['_X_AMZN_TRACE_ID']?.split(';')[0];
