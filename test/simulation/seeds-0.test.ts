import { playSeeds } from './suite.ts';

playSeeds(1, 1_000);
