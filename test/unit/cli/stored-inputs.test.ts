import { expect, it } from 'vitest';
import { storedInputs } from '../../../functions/cli/stored-inputs.ts';

it('files are none', () => {
  expect(storedInputs([])).toBeUndefined();
  expect(storedInputs(['a.txt', 'data/s3/b.txt'])).toBeUndefined();
});

it('an object is one, and a prefix ends in / or *', () => {
  expect(
    storedInputs(['s3://b/a.txt', 's3://b/folder/', 's3://b', 's3://c/', 's3://b/logs/2026-*', 's3://b/a b']),
  ).toEqual({
    paths: [],
    problems: [],
    document: {
      objects: ['s3://b/a.txt', 's3://b/a b'],
      prefixes: ['s3://b/folder/', 's3://b/', 's3://c/', 's3://b/logs/2026-'],
    },
  });
});

it('all that is wrong is told', () => {
  const { problems } = storedInputs(['here.txt', 's3://', 's3:///key', 's3://b/*/x', 's3://b/x']) ?? { problems: [] };
  expect(problems).toEqual([
    expect.stringContaining('only if the files are in S3, too'),
    expect.stringContaining('s3:// names no bucket'),
    expect.stringContaining('s3:///key names no bucket'),
    expect.stringContaining('s3://b/*/x: a * may stand at the end only'),
  ]);
});
