/** A `.run.json`: the objects, prefixes and parameters of one run. */
import type { Redrive, RunInput, RunRequest } from '../core/messages.ts';
import { FanfoldError } from '../errors.ts';
import { REQUEST_BYTES_MAX } from '../limits.ts';
import type { ParamValue } from '../params.ts';
import type { Services } from '../ports/services.ts';

type Resolved = Pick<
  RunRequest,
  'inputs' | 'params' | 'chunkBytes' | 'groupSize' | 'partitions' | 'redrive' | 'bisect'
>;

/** What the request asks for, with its document, if it has one, read and checked. */
export async function readRequest(services: Services, request: RunRequest): Promise<Resolved> {
  const [input] = request.inputs;
  if (input === undefined || !('document' in input)) return request;
  const { bucket, document } = input;
  const text = await readText(services, bucket, document);
  return parseRequest(text, bucket, `s3://${bucket}/${document}`);
}

async function readText(services: Services, bucket: string, key: string): Promise<string> {
  const stream = await services.store.open({ bucket, key });
  if (stream === undefined) {
    throw new FanfoldError('FANFOLD_INPUT_GONE', `The request s3://${bucket}/${key} is gone`, {
      fix: 'Upload it again.',
      fatal: true,
    });
  }
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  for await (const block of stream) {
    blocks.push(block);
    bytes += block.length;
    if (bytes > REQUEST_BYTES_MAX) {
      throw invalid(`s3://${bucket}/${key}`, [`it is longer than ${REQUEST_BYTES_MAX} bytes; name a prefix instead`]);
    }
  }
  return Buffer.concat(blocks).toString();
}

/**
 * Reads `{ objects, prefixes, inputs: { tag: { objects, prefixes } }, params, chunkBytes, groupSize, partitions, bisect }`;
 * names are keys of the same bucket or `s3://bucket/key`, and `inputs` names objects of tagged inputs whatever their keys
 * are. Or `{ redrive, bisect, acceptCode, memoryLane }`, which has all else of the run that it names.
 *
 * @throws FANFOLD_REQUEST_INVALID naming all that is wrong
 */
export function parseRequest(text: string, bucket: string, source: string): Resolved {
  let body: unknown;
  try {
    body = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid(source, [`it is not JSON (${error instanceof Error ? error.message : error})`]);
  }
  if (!isObject(body)) throw invalid(source, ['it is not an object']);
  const members = new Map<string, unknown>(Object.entries(body));
  const wrong: string[] = [];
  for (const name of members.keys()) {
    if (!MEMBERS.includes(name)) wrong.push(`it has the unknown member \`${name}\``);
  }
  const redrive = redriveOf(members, wrong);
  const bisect = members.get('bisect') ?? false;
  if (typeof bisect !== 'boolean') wrong.push('`bisect` must be true or false');
  const asked = bisect === true ? { bisect } : {};
  if (redrive !== undefined && wrong.length === 0) return { inputs: [], params: {}, redrive, ...asked };
  const inputs: RunInput[] = [...named(body, bucket, wrong), ...taggedInputs(members.get('inputs'), bucket, wrong)];
  if (!['objects', 'prefixes', 'inputs', 'redrive'].some((name) => members.has(name))) {
    wrong.push('it has neither `objects` nor `prefixes` nor `inputs`');
  }
  wrong.push(...overlaps(inputs, source));
  const params = paramsOf(members.get('params') ?? {}, wrong);
  const sizes = {
    ...sizeOf(members, 'chunkBytes', wrong),
    ...sizeOf(members, 'groupSize', wrong),
    ...sizeOf(members, 'partitions', wrong),
  };
  if (wrong.length > 0) throw invalid(source, wrong);
  return { inputs, params, ...sizes, ...asked };
}

const SIZES = ['chunkBytes', 'groupSize', 'partitions'] as const;
const REDRIVE_FLAGS = ['acceptCode', 'memoryLane'] as const;
const OF_A_REDRIVE: readonly string[] = ['redrive', 'bisect', ...REDRIVE_FLAGS];
const MEMBERS: readonly string[] = ['objects', 'prefixes', 'inputs', 'params', ...SIZES, ...OF_A_REDRIVE];

/** Which run is gone on from: all else is as it was in that one. */
function redriveOf(members: ReadonlyMap<string, unknown>, wrong: string[]): Redrive | undefined {
  const run = members.get('redrive');
  const flags: { acceptCode?: boolean; memoryLane?: boolean } = {};
  for (const name of REDRIVE_FLAGS) {
    const flag = members.get(name);
    if (flag === undefined) continue;
    if (run === undefined) wrong.push(`\`${name}\` goes with \`redrive\``);
    if (typeof flag !== 'boolean') wrong.push(`\`${name}\` must be true or false`);
    else if (flag) flags[name] = flag;
  }
  if (run === undefined) return undefined;
  const others = [...members.keys()].filter((name) => MEMBERS.includes(name) && !OF_A_REDRIVE.includes(name));
  if (others.length > 0) wrong.push(`a redrive has the ${others.join(' and ')} of its run`);
  if (typeof run === 'string' && run !== '') return { run, ...flags };
  wrong.push('`redrive` must be the name of a run');
  return undefined;
}

/** A number that the planner checks when it uses it, or nothing: then the planner chooses. */
function sizeOf(members: ReadonlyMap<string, unknown>, name: (typeof SIZES)[number], wrong: string[]) {
  const value = members.get(name);
  if (value === undefined) return {};
  if (typeof value === 'number') return { [name]: value };
  wrong.push(`\`${name}\` must be a number`);
  return {};
}

/** The inputs that an object's `objects` and `prefixes` name. */
function named(holder: object, bucket: string, wrong: string[], tag?: string): RunInput[] {
  const members = new Map<string, unknown>(Object.entries(holder));
  const inTag = tag === undefined ? '' : `inputs.${tag}.`;
  const tagged = tag === undefined ? {} : { tag };
  return [
    ...names(members.get('objects') ?? [], `${inTag}objects`, wrong).map((name) => ({
      ...locate(name, bucket),
      ...tagged,
    })),
    ...names(members.get('prefixes') ?? [], `${inTag}prefixes`, wrong).map((name) => {
      const { bucket: in_, key } = locate(name, bucket);
      return { bucket: in_, prefix: key, ...tagged };
    }),
  ];
}

function taggedInputs(value: unknown = {}, bucket: string, wrong: string[]): RunInput[] {
  if (!isObject(value)) {
    wrong.push('`inputs` must be an object');
    return [];
  }
  return Object.entries(value).flatMap(([tag, holder]: [string, unknown]) => {
    const strange = isObject(holder)
      ? Object.keys(holder).find((name) => !['objects', 'prefixes'].includes(name))
      : tag;
    if (isObject(holder) && strange === undefined) return named(holder, bucket, wrong, tag);
    wrong.push(`\`inputs.${tag}\` must be { objects, prefixes }`);
    return [];
  });
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function names(value: unknown, member: string, wrong: string[]): string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')) return value;
  wrong.push(`\`${member}\` must be a list of keys`);
  return [];
}

function paramsOf(value: unknown, wrong: string[]): { [name: string]: ParamValue } {
  const params: { [name: string]: ParamValue } = {};
  if (!isObject(value)) {
    wrong.push('`params` must be an object');
    return params;
  }
  for (const [name, param] of Object.entries(value)) {
    if (typeof param === 'string' || typeof param === 'number' || typeof param === 'boolean') params[name] = param;
    else wrong.push(`the parameter ${name} must be a string, a number, true or false`);
  }
  return params;
}

/** An object must not be read twice, nor the request as data. */
function overlaps(inputs: readonly RunInput[], source: string): string[] {
  const uris = inputs.map((input) => ({
    uri: `s3://${input.bucket}/${'prefix' in input ? input.prefix : 'key' in input ? input.key : ''}`,
    whole: !('prefix' in input),
  }));
  const wrong: string[] = [];
  const prefixes = uris.filter(({ whole }) => !whole);
  const seen = new Set<string>();
  for (const { uri, whole } of uris) {
    const by = prefixes.find((prefix) => uri.startsWith(prefix.uri) && (whole || uri !== prefix.uri));
    if (seen.has(uri)) wrong.push(`${uri} is named twice`);
    else if (by !== undefined) wrong.push(`${uri} lies under the prefix ${by.uri}, which is named as well`);
    seen.add(uri);
  }
  const own = prefixes.find(({ uri }) => source.startsWith(uri));
  if (own !== undefined) wrong.push(`it lies itself under the prefix ${own.uri}: put the data under _data/`);
  return wrong;
}

function locate(name: string, bucket: string): { bucket: string; key: string } {
  const uri = /^s3:\/\/([^/]+)\/(.*)$/s.exec(name);
  return uri === null ? { bucket, key: name } : { bucket: uri[1] ?? bucket, key: uri[2] ?? '' };
}

function invalid(source: string, wrong: readonly string[]): FanfoldError {
  return new FanfoldError('FANFOLD_REQUEST_INVALID', `The request ${source} cannot be read: ${wrong.join('; ')}`, {
    fix: 'Upload it again as { "objects": [...], "prefixes": [...], "inputs": {...}, "params": {...} }.',
    fatal: true,
    source,
  });
}
