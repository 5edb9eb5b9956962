import { playSeeds } from './suite.ts';

playSeeds(1001, 1_000);
