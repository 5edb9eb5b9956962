import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../../functions/splitter/read-request.ts';

const parse = (body: unknown) => parseRequest(JSON.stringify(body), 'in', 's3://in/job/now.run.json');

describe('a .run.json', () => {
  it('names objects in their order, then prefixes, of its own bucket or another', () => {
    expect(parse({ prefixes: ['day=1/'], objects: ['b', 's3://other/a b'], params: { top: 5 } })).toEqual({
      inputs: [
        { bucket: 'in', key: 'b' },
        { bucket: 'other', key: 'a b' },
        { bucket: 'in', prefix: 'day=1/' },
      ],
      params: { top: 5 },
    });
  });

  it('names objects under the tags of inputs', () => {
    const inputs = { orders: { objects: ['a'], prefixes: ['s3://b/p/'] }, customers: { prefixes: ['c/'] } };
    expect(parse({ objects: ['x'], inputs }).inputs).toEqual([
      { bucket: 'in', key: 'x' },
      { bucket: 'in', key: 'a', tag: 'orders' },
      { bucket: 'b', prefix: 'p/', tag: 'orders' },
      { bucket: 'in', prefix: 'c/', tag: 'customers' },
    ]);
  });

  it('may be empty, and then the run is', () => {
    expect(parse({ objects: [] })).toEqual({ inputs: [], params: {} });
  });

  it('may say how big chunks and groups are; the planner checks it', () => {
    const sizes = { chunkBytes: 1_000, groupSize: 8 };
    expect(parse({ objects: [], ...sizes })).toEqual({ inputs: [], params: {}, ...sizes });
  });

  it('may be a redrive, which has all else of its run', () => {
    expect(parse({ redrive: 'job-1' })).toEqual({ inputs: [], params: {}, redrive: { run: 'job-1' } });
    const flags = { acceptCode: true, memoryLane: true };
    expect(parse({ redrive: 'job-1', ...flags })).toEqual({
      inputs: [],
      params: {},
      redrive: { run: 'job-1', ...flags },
    });
    expect(parse({ redrive: 'job-1', acceptCode: false }).redrive).toEqual({ run: 'job-1' });
  });

  it.each<[unknown, string]>([
    [{ redrive: '' }, '`redrive` must be the name of a run'],
    [{ redrive: 'r', objects: ['a'], params: {} }, 'has the objects and params of its run'],
    [{ redrive: 'r', acceptCode: 'yes' }, '`acceptCode` must be true or false'],
    [{ objects: [], acceptCode: true }, '`acceptCode` goes with `redrive`'],
    [{ objects: [], chunkBytes: '8' }, '`chunkBytes` must be a number'],
    [[], 'not an object'],
    [{}, 'neither `objects` nor `prefixes`'],
    [{ objects: 'a' }, '`objects` must be a list'],
    [{ objects: [''] }, '`objects` must be a list'],
    [{ object: [], objects: [] }, 'unknown member `object`'],
    [{ objects: [], params: { a: {} } }, 'the parameter a must be'],
    [{ objects: ['a', 's3://in/a'] }, 's3://in/a is named twice'],
    [{ objects: ['p/a'], prefixes: ['p/'] }, 'lies under the prefix'],
    [{ prefixes: ['p/', 'p/q/'] }, 'lies under the prefix'],
    [{ prefixes: ['p/', 'p/'] }, 'named twice'],
    [{ inputs: [] }, '`inputs` must be an object'],
    [{ inputs: { a: [] } }, '`inputs.a` must be { objects, prefixes }'],
    [{ inputs: { a: { objects: [], params: {} } } }, '`inputs.a` must be { objects, prefixes }'],
    [{ inputs: { a: { objects: 'x' } } }, '`inputs.a.objects` must be a list'],
    [{ inputs: { a: { objects: ['x'] }, b: { objects: ['x'] } } }, 's3://in/x is named twice'],
    [{ prefixes: ['job/'] }, 'it lies itself under the prefix'],
  ])('refuses %o', (body, message) => {
    expect(() => parse(body)).toThrow(message);
  });

  it('that is not JSON says so', () => {
    expect(() => parseRequest('{', 'in', 's3://in/x')).toThrow('it is not JSON');
  });
});
