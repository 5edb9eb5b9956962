import { expect, it } from 'vitest';
import { jobsOfTags, tagsOfJobs } from '../../../functions/adapters/aws/stack-tags.ts';

const named = (count: number) => Array.from({ length: count }, (_, i) => `job-${String(i).padStart(36, '0')}`);

it.each([1, 2, 6, 7, 100, 240])('tags name %i jobs of forty characters, as values have room', (count) => {
  const tags = tagsOfJobs(named(count));
  expect(jobsOfTags({ 'fanfold:stack': 'S', ...tags })).toEqual(named(count));
  expect(Object.keys(tags)).toHaveLength(Math.ceil(count / 6));
  for (const value of Object.values(tags)) expect(value.length).toBeLessThanOrEqual(256);
});

it('more jobs than tags have room for are not named at all', () => {
  expect(tagsOfJobs(named(241))).toEqual({});
  expect(jobsOfTags({ 'fanfold:stack': 'S' })).toBeUndefined();
});
