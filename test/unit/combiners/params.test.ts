import { expect, test } from 'vitest';
import { type ParamSpecs, resolveParams } from '../../../functions/params.ts';

const specs = {
  top: { type: 'number', default: 100, min: 1, max: 1000, whole: true },
  ratio: { type: 'number', default: 0.5 },
  tag: { type: 'text' },
  dry: { type: 'flag', default: false },
} as const satisfies ParamSpecs;

test('text becomes the declared type, and defaults fill in', () => {
  expect(resolveParams(specs, { tag: '007' })).toEqual({ top: 100, ratio: 0.5, tag: '007', dry: false });
  expect(resolveParams(specs, { tag: '', top: '5', ratio: '-1.5e3', dry: 'true' })).toEqual({
    top: 5,
    ratio: -1500,
    tag: '',
    dry: true,
  });
  expect(resolveParams(specs, { tag: 'x', top: 1000, dry: true })).toMatchObject({ top: 1000, dry: true });
  expect(resolveParams({}, {})).toEqual({});
});

test('every problem is told at once', () => {
  const resolve = () => resolveParams(specs, { top: '2.5', ratio: 'a lot', dry: 'yes', limit: 1 });
  expect(resolve).toThrow(
    expect.objectContaining({
      code: 'FANFOLD_PARAM_INVALID',
      message:
        'there is no parameter limit; the job has top, ratio, tag, dry; top is "2.5", and must be a whole number, ' +
        'at least 1 and at most 1000; ratio is "a lot", and must be a number; tag is missing, and has no default; ' +
        'dry is "yes", and must be true or false',
    }),
  );
});

test.each([
  [{ top: 0 }, 'top is 0, and must be a whole number, at least 1'],
  [{ top: '1001' }, 'top is "1001", and must be'],
  [{ top: '' }, 'top is "", and must be'],
  [{ top: ' 5' }, 'top is " 5", and must be'],
  [{ top: '0x10' }, 'top is "0x10", and must be'],
  [{ ratio: 'Infinity' }, 'ratio is "Infinity", and must be a number'],
  [{ ratio: true }, 'ratio is true, and must be a number'],
  [{ dry: 1 }, 'dry is 1, and must be true or false'],
  [{ toString: '1' }, 'there is no parameter toString'],
])('%j', (given, what) => {
  expect(() => resolveParams(specs, { tag: 'x', ...given })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(what) }),
  );
});
